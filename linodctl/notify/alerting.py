"""The room as the runner gets it: one listener, and the end of its threads."""

from __future__ import annotations

import socket
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from linodctl import events
from linodctl.clock import Clock
from linodctl.notify import post
from linodctl.notify.desk import Desk
from linodctl.notify.dispatch import Stuck
from linodctl.notify.pings import Pings
from linodctl.store.store import Store

PATIENCE = 5.0
"""Seconds for which a runner that ends waits for alerts, and again for pings, that are on their way."""


@contextmanager
def alerting(store: Store, clock: Clock, listeners: Sequence[events.Listener]) -> Iterator[events.Listener]:
    """Alerts and pings for what the listener hears; `listeners` hear of what does not arrive."""

    def tell(event: events.Event) -> None:
        for listener in listeners:
            listener(event)

    host = socket.gethostname()
    stuck = Stuck(store, clock, tell)
    desk = Desk(store, clock, stuck, post.deliver, host)
    pings = Pings(store.path, host, clock, stuck)

    def hear(event: events.Event) -> None:
        if isinstance(event, events.ConfigInForce):
            stuck.forget()
        for part in (pings, desk):
            try:
                part(event)
            except Exception as error:  # the runner goes on, whatever is wrong with those who tell of it
                tell(events.Trouble(f"an alert or ping may be missing: {type(error).__name__}: {error}"))

    stuck.begin()
    try:
        yield hear
    finally:
        desk.close(PATIENCE)
        pings.close(PATIENCE)
