"""A run in a process: follows its worker, and stops it step by step when asked.

```
asked to stop → ar.cancelled ──notice──→ (timeout: stacks) → TERM to the group ──grace──→ KILL to the group
```
"""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Callable
from typing import Any

from linodctl.domain import Outcome, Result
from linodctl.execution.flight import Flight
from linodctl.execution.link import ZygoteLink
from linodctl.execution.reports import LogLine
from linodctl.execution.settle import Exit, settle, told
from linodctl.execution.signs import STACKS_SIGNAL
from linodctl.execution.stacks import Stacks
from linodctl.execution.wire import pack
from linodctl.execution.worker_process import OUTPUT, WorkerProcess
from linodctl.values import replace

_TO_WRITE_STACKS = 2.0
"""Seconds that a worker is given at most to write its stacks before TERM cuts it short."""


class ProcessRun:
    """One run and the worker that carries it out."""

    def __init__(
        self,
        flight: Flight,
        link: ZygoteLink,
        worker: WorkerProcess,
        loop: asyncio.AbstractEventLoop,
        on_end: Callable[[ProcessRun], None],
    ) -> None:
        self.flight = flight
        self.link = link
        self.worker = worker
        self.begun = False
        self.worker_lives = True
        self._loop = loop
        self._on_end = on_end
        self._unborn = worker.pid is None
        """When the order was given; its birth tells of the start, then. Else it may be gone, and the order in vain."""
        self._held = True
        """Until it is let go. What ends it before that is settled there."""
        self._end_before: tuple[Exit, str | None] | None = None
        self._account: Result | None = None
        self._stacks: Stacks | None = None
        """Listens from the moment on when the worker is told to write them."""
        self._step: asyncio.TimerHandle | None = None
        worker.listener = self

    def begin(self, order: bytes) -> None:
        """Let it go. Its timeout counts from here, or from its worker's birth."""
        self.worker.send(order)
        if self._unborn and self.worker.pid is not None:
            self.flight.begun()
        self._is_let_go()

    def forgo(self) -> None:
        """It was asked to stop before it began: its worker gets no order."""
        self.worker.dismiss()
        self._is_let_go()

    def _is_let_go(self) -> None:
        self._held = False
        if self._end_before is not None:
            self._loop.call_soon(self._finish, *self._end_before)

    # --- what the worker tells -------------------------------------------------------------------

    def forked(self, pid: int, pid_started: str) -> None:
        self.flight.started(pid, pid_started)
        if not self._held:
            self.flight.begun()

    def log(self, lines: list[LogLine]) -> None:
        if self._stacks is not None and self._stacks.hear(line.text for line in lines if line.logger == OUTPUT[0]):
            self._then(0, self._terminate)
        self.flight.log(lines)

    def heard(self, frame: list[Any]) -> None:
        match frame:
            case ["ready"]:
                pass  # forked ahead, and taken before it said so
            case ["begin"]:
                self.begun = True
                if not self._unborn:
                    self.flight.started(self.worker.pid or 0, self.worker.pid_started)
                    self.flight.begun()
            case ["progress", done, total, str(text)]:
                self.flight.progress(float(done), None if total is None else float(total), text)
            case ["end", {"last": bool(last), **ending}]:
                self._account = told(ending)
                if not last:
                    self._worker_would_go_on()
            case _:
                raise ValueError("not a report")

    def gone(self, end: Exit, lost: str | None) -> None:
        self.worker_lives = False
        if self._held and (self._unborn or self.flight.asked):
            self._end_before = end, lost
        else:
            self._finish(end, lost)

    def _worker_would_go_on(self) -> None:
        if self.flight.asked is not None:
            self.worker.dismiss()  # a TERM may be on its way, which must not hit the next run
            return
        self.worker.drain_output()
        self.worker.served += 1
        self.worker.listener = None
        self._finish(Exit(), None)

    def _finish(self, end: Exit, lost: str | None) -> None:
        if self._step is not None:
            self._step.cancel()
        if self.begun or self._unborn or self.flight.asked:
            result = settle(self._account, end, self.flight.asked, lost)
            if self._stacks is not None and not result.error:
                result = replace(result, error=self._stacks.text or None)
            self.flight.land(result)
        self._on_end(self)

    # --- stopping it -----------------------------------------------------------------------------

    def stop(self) -> None:
        """Begin the stop sequence."""
        self._signal(0)  # hits nobody: from here on the zygote knows that nothing of the run is to be left
        self.worker.send(pack({"op": "cancel"}))
        self._then(self.link.site.notice.total_seconds(), self._take_stacks)

    def kill(self) -> None:
        """End the whole group at once."""
        self._signal(signal.SIGKILL)

    def _take_stacks(self) -> None:
        if self.flight.asked is not None and self.flight.asked.outcome is Outcome.TIMED_OUT:
            self.flight.say(f"it {self.flight.asked.why}; these are its stacks, if it can still write them:")
            self._stacks = Stacks()
            self._signal(STACKS_SIGNAL, group=False)
            self._then(_TO_WRITE_STACKS, self._terminate)
        else:
            self._terminate()

    def _terminate(self) -> None:
        self._signal(signal.SIGTERM)
        self._then(self.flight.order.launch.grace.total_seconds(), self.kill)

    def _then(self, seconds: float, step: Callable[[], None]) -> None:
        if self._step is not None:
            self._step.cancel()
        self._step = self._loop.call_later(seconds, step)

    def _signal(self, number: int, group: bool = True) -> None:
        self.link.signal(self.worker.number, number, group)
