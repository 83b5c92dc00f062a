"""Fresh workers that were forked ahead: what is the same for every run is behind them, an order makes them go.

```
runner: something is due within a moment ─► want ─► worker forked, rehearsed, waiting ─► take ─► order
                                                                     └── not needed after all ─► dismissed
```

Few are being made at a time, the next one when one has told that it is ready: a crowd of them would take the processors
from runs that begin meanwhile.
"""

from __future__ import annotations

import asyncio
import os

from linodctl.clock import Clock
from linodctl.execution.link import ZygoteLink
from linodctl.execution.reports import LogLine
from linodctl.execution.settle import Exit
from linodctl.execution.worker_process import WorkerProcess

AT_ONCE = max(2, os.cpu_count() or 1)
"""So many are being made at a time."""
LAST = 5.0
"""Seconds after which those that nobody needed are let go."""


class Spare:
    """One of them. It has said nothing yet that would matter to anybody but us."""

    def __init__(self, spares: Spares, link: ZygoteLink, worker: WorkerProcess) -> None:
        self.link, self.worker = link, worker
        self._spares = spares
        self.is_ready = False
        worker.listener = self

    def forked(self, pid: int, pid_started: str) -> None: ...

    def log(self, lines: list[LogLine]) -> None: ...

    def heard(self, frame: list[object]) -> None:
        self.is_ready = True
        self._spares.make()

    def gone(self, end: Exit, lost: str | None) -> None:
        self._spares.remove(self)
        self._spares.make()


class Spares:
    """The workers that an executor has in reserve."""

    def __init__(self, loop: asyncio.AbstractEventLoop, clock: Clock) -> None:
        self.wanted = 0
        self._loop = loop
        self._clock = clock
        self._link: ZygoteLink | None = None
        self._spares: dict[Spare, None] = {}
        self._timer: asyncio.TimerHandle | None = None

    def __len__(self) -> int:
        return len(self._spares)

    def want(self, link: ZygoteLink, count: int) -> None:
        """Have this many of that zygote, as soon as they can be made."""
        self._link, self.wanted = link, count
        if not count:
            return
        if self._timer is not None:
            self._timer.cancel()
        self._timer = self._loop.call_later(LAST, self.dismiss_all)
        self.make()

    def make(self) -> None:
        """Fork some of those that are still wanted."""
        making = sum(not spare.is_ready for spare in self._spares)
        for _ in range(min(self.wanted - len(self._spares), AT_ONCE - making)):
            if self._link is None or not self._link.alive:
                return
            try:
                worker = self._link.fork(self._clock)
            except OSError:  # this process may not open the descriptors for one: those runs will hear of it
                self.wanted = 0
                return
            self._spares[Spare(self, self._link, worker)] = None

    def take(self, link: ZygoteLink) -> WorkerProcess | None:
        """The one that waits longest, if it is that zygote's."""
        spare = next(iter(self._spares), None)
        if spare is None or spare.link is not link:
            return None
        self.remove(spare)
        spare.worker.listener = None
        return spare.worker

    def remove(self, spare: Spare) -> None:
        """It was taken, or has died: whether another one is wanted in its place will be said."""
        if spare in self._spares:
            del self._spares[spare]
            self.wanted = max(0, self.wanted - 1)

    def dismiss_all(self) -> None:
        """Let them go: they end by themselves."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        self.wanted = 0
        spares, self._spares = self._spares, {}
        for spare in spares:
            spare.worker.dismiss()
