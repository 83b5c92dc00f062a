"""One run under way, wherever it happens: turns what is heard of it into reports, in order and within bounds."""

from __future__ import annotations

import asyncio
import logging
import math
from collections.abc import Callable, Sequence

from linodctl.clock import Clock
from linodctl.domain import Outcome, Result
from linodctl.execution.budget import LogBudget
from linodctl.execution.deadlines import Deadlines
from linodctl.execution.orders import Order
from linodctl.execution.reports import Ended, Logged, LogLine, Progressed, Report, Started
from linodctl.execution.settle import Asked

PROGRESS_INTERVAL = 0.1
"""Seconds between two reports of progress."""


class Flight:
    """Reports one run. The last progress is always passed on; after `land` nothing more is."""

    def __init__(
        self,
        order: Order,
        log_bytes: int,
        report: Callable[[Report], None],
        deadlines: Deadlines[int],
        loop: asyncio.AbstractEventLoop,
        clock: Clock,
    ) -> None:
        self.order = order
        self.asked: Asked | None = None
        self.landed = False
        self._report = report
        self._deadlines = deadlines
        self._loop = loop
        self._clock = clock
        self._budget = LogBudget(log_bytes)
        self._progress: Progressed | None = None
        self._progress_timer: asyncio.TimerHandle | None = None

    @property
    def run_id(self) -> int:
        return self.order.run_id

    def started(self, pid: int, pid_started: str) -> None:
        """It has a process."""
        self._report(Started(self.run_id, pid, pid_started))

    def begun(self) -> None:
        """From here on the timeout counts."""
        self._deadlines.add(self.run_id, self.order.launch.timeout.total_seconds())

    def log(self, lines: Sequence[LogLine]) -> None:
        if admitted := self._budget.admit(lines):
            self._report(Logged(self.run_id, admitted))

    def say(self, text: str, level: int = logging.WARNING) -> None:
        """A line of our own in the run's log."""
        self.log([LogLine(self._clock.now(), level, "linodctl", text)])

    def progress(self, done: float, total: float | None, text: str) -> None:
        """An infinite number is nothing done, or an unknown total: it fits into no JSON and no progress bar."""
        known_total = total if total is not None and math.isfinite(total) else None
        self._progress = Progressed(self.run_id, done if math.isfinite(done) else 0.0, known_total, text)
        if self._progress_timer is None:
            self._pass_progress_on()

    def ask(self, outcome: Outcome, why: str) -> bool:
        """Note that it is to stop; False if somebody had asked before, whose word stands."""
        if self.asked is not None:
            return False
        self.asked = Asked(outcome, why)
        return True

    def land(self, result: Result) -> None:
        """The end."""
        if self.landed:
            return
        self.landed = True
        self._deadlines.drop(self.run_id, self.order.launch.timeout.total_seconds())
        if self._progress_timer is not None:
            self._progress_timer.cancel()
        if self._progress is not None:
            self._report(self._progress)
        if result.error and result.outcome not in (Outcome.CANCELLED, Outcome.TIMED_OUT):
            self.say(result.error, logging.ERROR)
        if rest := self._budget.rest():
            self._report(Logged(self.run_id, rest))
        self._report(Ended(self.run_id, result, self._clock.now()))

    def _pass_progress_on(self) -> None:
        self._progress_timer = None
        if self._progress is not None:
            self._report(self._progress)
            self._progress = None
            self._progress_timer = self._loop.call_later(PROGRESS_INTERVAL, self._pass_progress_on)
