"""What a played scenario comes to: totals, peaks, the first rows, and per task what a timeline shows.

All of it is counted while time passes; of half a million runs only the rows that are asked for are kept.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from linodctl.domain import SkipReason, Task, TaskState, Trigger
from linodctl.planning.decisions import Skip
from linodctl.planning.simulation.crowds import Crowd, Crowds
from linodctl.planning.simulation.rows import Rows
from linodctl.planning.simulation.scenario import Scenario
from linodctl.planning.simulation.stage import PlayedRun
from linodctl.planning.simulation.timeline import Cells, Grid
from linodctl.planning.slots import INSTANT, next_slot

MINUTE = timedelta(minutes=1)
ZERO = timedelta(0)


@dataclass(slots=True)
class TaskReport:
    """What one task came to."""

    task: Task
    cells: Cells
    runs: int = 0
    skips: int = 0
    """Slots, not rows."""
    waiting: int = 0
    """Slots that were neither run nor skipped when time was over."""
    reasons: dict[SkipReason, int] = field(default_factory=dict)
    worst: PlayedRun | None = None
    """The run of a slot that started latest after it; None if all started at once."""
    worst_on_duty: PlayedRun | None = None
    """The same among the slots that came due while a runner was alive."""

    @property
    def worst_lateness(self) -> timedelta:
        return self.worst.lateness if self.worst else ZERO

    def measure(self, run: PlayedRun) -> None:
        """Note the run if it is the latest so far."""
        self.worst = _later(run, self.worst)
        if run.decision.trigger is not Trigger.CATCH_UP:
            self.worst_on_duty = _later(run, self.worst_on_duty)


class Report:
    """Listens to a stage. Everything is final when the scenario has been played."""

    def __init__(self, scenario: Scenario, *, keep: int, grid: Grid) -> None:
        self.scenario = scenario
        self.tasks = {task.name: TaskReport(task, Cells(grid)) for task in scenario.tasks}
        self.rows = Rows(keep)
        self.peak_parallel = 0
        self.peak_at: datetime | None = None
        self.busiest_minute: datetime | None = None
        self.busiest_starts = 0
        self._crowds = Crowds(scenario)
        self._minute = scenario.start
        self._starts = 0

    # --- what is asked of it --------------------------------------------------------------------

    @property
    def total_runs(self) -> int:
        return sum(task.runs for task in self.tasks.values())

    @property
    def total_skips(self) -> int:
        return sum(task.skips for task in self.tasks.values())

    @property
    def total_waiting(self) -> int:
        return sum(task.waiting for task in self.tasks.values())

    @property
    def worst(self) -> PlayedRun | None:
        """The run that started latest after its slot; None if all started at once."""
        return _latest(task.worst for task in self.tasks.values())

    @property
    def worst_on_duty(self) -> PlayedRun | None:
        """The same among the slots that came due while a runner was alive."""
        return _latest(task.worst_on_duty for task in self.tasks.values())

    @property
    def crowds(self) -> list[Crowd]:
        """Where tasks pile up, the worst first."""
        return self._crowds.worst()

    @property
    def reasons(self) -> dict[SkipReason, int]:
        """How many slots were skipped for each reason, the most frequent first."""
        total: Counter[SkipReason] = Counter()
        for task in self.tasks.values():
            total.update(task.reasons)
        return dict(total.most_common())

    # --- what it is told ------------------------------------------------------------------------

    def started(self, run: PlayedRun, running: int) -> None:
        task = self.tasks[run.task]
        task.runs += 1
        task.cells.run_at(run.start)
        if run.start > run.scheduled_for and run.decision.trigger.is_slot:
            task.measure(run)
        if running > self.peak_parallel:
            self.peak_parallel, self.peak_at = running, run.start
        self._count_in_minute(run.start)
        self._crowds.started(run)
        self.rows.add_run(run)

    def _count_in_minute(self, instant: datetime) -> None:
        if instant >= self._minute + MINUTE:
            self._minute, self._starts = instant.replace(second=0, microsecond=0), 0
        self._starts += 1
        if self._starts > self.busiest_starts:
            self.busiest_minute, self.busiest_starts = self._minute, self._starts

    def skipped(self, skip: Skip) -> None:
        task = self.tasks[skip.task]
        task.skips += skip.count
        task.reasons[skip.reason] = task.reasons.get(skip.reason, 0) + skip.count
        task.cells.skipped(skip.slot, skip.last_slot, skip.count)
        self.rows.add_skip(skip)

    def finished(self, states: dict[str, TaskState]) -> None:
        self._crowds.finished()
        for name, report in self.tasks.items():
            if name in states:
                report.waiting = _waiting(report.task, states[name], self.scenario.end)


def _later(run: PlayedRun, other: PlayedRun | None) -> PlayedRun:
    return run if other is None or run.lateness > other.lateness else other


def _latest(runs: Iterable[PlayedRun | None]) -> PlayedRun | None:
    return max((run for run in runs if run), key=lambda run: run.lateness, default=None)


def _waiting(task: Task, state: TaskState, end: datetime) -> int:
    """Slots before `end` that wait for room, or that no runner has looked at yet."""
    anchor = state.anchor or end
    spans = [(item.slot - INSTANT, item.until or item.slot) for item in state.pending if item.trigger.is_slot]
    waiting = sum(_slots(task, after, until, anchor) for after, until in spans)
    first = next_slot(task, state)
    if first is None or first >= end or task.recurrence.after_finish is not None:
        return waiting
    return waiting + _slots(task, first - INSTANT, end - INSTANT, anchor)


def _slots(task: Task, after: datetime, until: datetime, anchor: datetime) -> int:
    span = task.recurrence.summary(after, until, anchor)
    # A `startup` slot is none of the rule's own.
    return span.count if span else 1
