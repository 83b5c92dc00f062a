"""Fresh workers that were forked ahead: what is the same for every run is behind them, an order makes them go.

```
runner: something is due within a moment ─► fill ─► worker forked, rehearsed, waiting ─► take ─► order
                                                                     └── not needed after all ─► dismissed
```
"""

from __future__ import annotations

import asyncio

from linodctl.clock import Clock
from linodctl.execution.link import ZygoteLink
from linodctl.execution.reports import LogLine
from linodctl.execution.settle import Exit
from linodctl.execution.worker_process import WorkerProcess

LAST = 5.0
"""Seconds after which those that nobody needed are let go."""


class Spare:
    """One of them. It has said nothing yet that would matter to anybody."""

    def __init__(self, spares: Spares, link: ZygoteLink, worker: WorkerProcess) -> None:
        self.link, self.worker = link, worker
        self._spares = spares
        worker.listener = self

    def forked(self, pid: int, pid_started: str) -> None: ...

    def log(self, lines: list[LogLine]) -> None: ...

    def heard(self, frame: list[object]) -> None: ...

    def gone(self, end: Exit, lost: str | None) -> None:
        self._spares.remove(self)


class Spares:
    """The workers that an executor has in reserve."""

    def __init__(self, loop: asyncio.AbstractEventLoop, clock: Clock) -> None:
        self._loop = loop
        self._clock = clock
        self._ready: dict[Spare, None] = {}
        self._timer: asyncio.TimerHandle | None = None

    def __len__(self) -> int:
        return len(self._ready)

    def fill(self, link: ZygoteLink, count: int) -> None:
        """Have this many of that zygote. OSError when this process may not open the descriptors for one."""
        if self._timer is not None:
            self._timer.cancel()
        self._timer = self._loop.call_later(LAST, self.dismiss_all)
        for _ in range(count - len(self._ready)):
            self._ready[Spare(self, link, link.fork(self._clock))] = None

    def take(self, link: ZygoteLink) -> WorkerProcess | None:
        """The one that waits longest, if it is that zygote's."""
        spare = next(iter(self._ready), None)
        if spare is None or spare.link is not link:
            return None
        self.remove(spare)
        spare.worker.listener = None
        return spare.worker

    def remove(self, spare: Spare) -> None:
        self._ready.pop(spare, None)

    def dismiss_all(self) -> None:
        """Let them go: they end by themselves."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        ready, self._ready = self._ready, {}
        for spare in ready:
            spare.worker.dismiss()
