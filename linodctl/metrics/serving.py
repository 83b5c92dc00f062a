"""The room as the runner gets it: a listener that serves what the config in force wants served."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

from linodctl import events
from linodctl.clock import Clock
from linodctl.config.endpoints import written
from linodctl.metrics.exposition import exposition, insist
from linodctl.metrics.figures import Facts, figures
from linodctl.store import open_reader

if TYPE_CHECKING:
    from linodctl.metrics.server import Address, Server

PATIENCE = 1.0
"""Seconds for which a scrape waits for a lock on the state file, and a runner that ends for a scrape."""
METRICS = "metrics"
"""The kind of the trouble that nobody can scrape."""


@contextmanager
def serving_metrics(state: Path, clock: Clock, listeners: Sequence[events.Listener]) -> Iterator[events.Listener]:
    """Serves until the end of the `with` block; `listeners` hear what is in the way. The runner waits for nothing."""
    outlet = Outlet(state, clock, listeners)
    try:
        yield outlet
    finally:
        outlet.close()


class Outlet:
    """Hears which config is in force, on the loop's thread."""

    def __init__(self, state: Path, clock: Clock, listeners: Sequence[events.Listener]) -> None:
        self._state = state
        self._clock = clock
        self._listeners = listeners
        self._address: Address | None = None
        self._server: Server | None = None
        self._facts = Facts("", (), alive=True)
        self._in_trouble = False

    def __call__(self, event: events.Event) -> None:
        if isinstance(event, events.ConfigInForce):
            self._facts = Facts(event.site, event.tasks, alive=True)
            if event.metrics != self._address:
                self._move(event.metrics)

    def close(self) -> None:
        if self._server is not None:
            self._server.close(PATIENCE)

    def _move(self, address: Address | None) -> None:
        """To another address, from the first one, or away from the last one."""
        old, self._server, self._address = self._server, None, address
        if old is not None:
            old.close()
        if address is None:
            return
        from linodctl.metrics.server import Server  # most sites serve none, and it imports much

        loop = asyncio.get_running_loop()

        def tell(why: str | None) -> None:
            with suppress(RuntimeError):  # the loop has ended
                loop.call_soon_threadsafe(self._hear, address, why)

        self._server = Server(address, insist, self._render, tell)
        self._server.open(after=old)

    def _render(self) -> bytes:
        """In the server's thread."""
        facts = self._facts
        with open_reader(self._state, PATIENCE) as reader:
            return exposition(facts.site, figures(facts, reader, self._clock.now()))

    def _hear(self, address: Address, why: str | None) -> None:
        if address != self._address:
            return
        if why is not None:
            self._in_trouble = True
            text = f"the metrics can't be served at {written(*address)}: {why}"
            self._tell(events.Trouble(text, METRICS))
        elif self._in_trouble:
            self._in_trouble = False
            self._tell(events.Mended(METRICS, f"the metrics are served at {written(*address)} again"))

    def _tell(self, event: events.Event) -> None:
        for listener in self._listeners:
            listener(event)
