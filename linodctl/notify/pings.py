"""Pings: every start and end of a run whose task has a `ping` address is told there."""

from __future__ import annotations

import hashlib
import uuid
from functools import partial
from pathlib import Path

from linodctl import events
from linodctl.clock import Clock
from linodctl.config.addresses import masked_address
from linodctl.masking import known
from linodctl.notify import ping
from linodctl.notify.dispatch import Dispatch, Stuck
from linodctl.notify.ping import Signal, address_for, signal_of, text_of
from linodctl.notify.sender import FIRST_PAUSE, Job, Report

TRIES = 3
"""So many have to fail in a row before it is told."""
LIFE = 3600.0
"""Seconds for which a ping is tried, unless a newer end of a run of the same task makes it out of date."""


class Pings:
    """A listener. Delivery happens in a thread of its own."""

    def __init__(self, state: Path, host: str, clock: Clock, stuck: Stuck, first_pause: float = FIRST_PAUSE) -> None:
        self._where = f"{host}:{state.absolute()}"
        self._stuck = stuck
        self._dispatch = Dispatch("pings", clock, self._settled, first_pause)
        self._addresses: dict[str, str] = {}

    def __call__(self, event: events.Event) -> None:
        match event:
            case events.ConfigInForce():
                self._addresses = {task.name: task.ping for task in event.tasks if task.ping}
            case events.RunStarted() if event.task in self._addresses:
                text = f"{event.task}: run {event.run_id} ({event.trigger}) for {event.scheduled_for.isoformat()}"
                self._send(event.task, event.run_id, Signal.START, text)
            case events.RunEnded() if event.task in self._addresses:
                signal = signal_of(event.result.outcome, again=event.again)
                head = f"{event.task}: run {event.run_id} after {event.seconds:.2f} s"
                self._send(event.task, event.run_id, signal, f"{head}\n{text_of(event.result)}")

    def close(self, seconds: float) -> None:
        """Give pings that are on their way so long to arrive; those that do not are lost."""
        self._dispatch.close(seconds)

    def _send(self, task: str, run_id: int, signal: Signal, text: str) -> None:
        address = self._addresses[task]
        run = uuid.uuid5(uuid.NAMESPACE_URL, f"{self._where}#{run_id}")
        job = Job(
            key=_key(task, address),
            shown=f"pings: {masked_address(address)}",
            send=partial(ping.deliver, address_for(address, signal, run), known.text(text)),
            life=LIFE,
        )
        # An end that could not be told is out of date when there is a newer one.
        self._dispatch.put(job, replaces=signal in (Signal.SUCCESS, Signal.FAIL))

    def _settled(self, report: Report) -> None:
        """One ping that is late is no news; that one is given up is."""
        if report.arrived or report.given_up or report.tries >= TRIES:
            self._stuck.hear(report)


def _key(task: str, address: str) -> str:
    return hashlib.sha256(f"{task}\0{address}".encode()).hexdigest()[:16]
