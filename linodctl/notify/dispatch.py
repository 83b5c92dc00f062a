"""Between the runner's loop and a sender's thread: jobs go out, reports come back onto the loop.

What does not arrive is told once, and noted for `status`.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable
from queue import SimpleQueue
from typing import Any

from linodctl import events
from linodctl.clock import Clock
from linodctl.errors import StateError
from linodctl.notify.sender import FIRST_PAUSE, Job, Report, Sender
from linodctl.store.store import Store

UNDELIVERED = "undelivered"
"""The note that lists what does not arrive: to whom (masked), since when, why."""
MOST_TOLD = 20
"""Of these."""


class Stuck:
    """Which addresses can't be reached at present. Used on the loop's thread."""

    def __init__(self, store: Store, clock: Clock, tell: events.Listener) -> None:
        self._store = store
        self._clock = clock
        self._tell = tell
        self._present: dict[str, dict[str, Any]] = {}

    def begin(self) -> None:
        """What an earlier runner noted is no longer known to be so."""
        self._keep()

    def hear(self, report: Report) -> None:
        """Tell it if it is news. Addresses that are shown alike are one: a server that is down is told of once."""
        shown = report.job.shown
        if report.arrived:
            if self._present.pop(shown, None) is not None:
                self._tell(events.DeliveredAgain(shown))
                self._keep()
        elif shown not in self._present:
            self._present[shown] = {"to": shown, "since": self._clock.now().isoformat(), "why": report.why}
            self._tell(events.Undelivered(shown, report.why, report.given_up))
            self._keep()

    def forget(self) -> None:
        """Another config is in force: whatever still fails will be heard of again."""
        if self._present:
            self._present.clear()
            self._keep()

    def _keep(self) -> None:
        present = list(self._present.values())[:MOST_TOLD]
        with contextlib.suppress(StateError):  # the next news will be noted; the log has told it anyway
            if present or self._store.note(UNDELIVERED):
                self._store.put_note(UNDELIVERED, present)


class Dispatch:
    """A sender whose reports are heard on the loop's thread, or at the end."""

    def __init__(
        self, name: str, clock: Clock, settled: Callable[[Report], None], first_pause: float = FIRST_PAUSE
    ) -> None:
        self._settled = settled
        self._reports: SimpleQueue[Report] = SimpleQueue()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._sender = Sender(name, self._report, clock, first_pause)

    def put(self, job: Job, *, replaces: bool = False) -> None:
        """As `Sender.put`. Called on the loop's thread."""
        self._loop = asyncio.get_running_loop()
        self._sender.put(job, replaces=replaces)

    def close(self, seconds: float) -> None:
        """As `Sender.close`; the loop may be gone."""
        self._sender.close(seconds)
        self._hear()

    def _report(self, report: Report) -> None:
        """In the sender's thread."""
        self._reports.put(report)
        if self._loop is not None:
            with contextlib.suppress(RuntimeError):  # the loop has ended: `close` hears it
                self._loop.call_soon_threadsafe(self._hear)

    def _hear(self) -> None:
        while not self._reports.empty():
            self._settled(self._reports.get())
