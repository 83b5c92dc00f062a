"""What is to be played: tasks and what is remembered of them, a span, durations, and when no runner is alive."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from linodctl.domain import Request, Task, TaskState
from linodctl.planning.owed import Absence
from linodctl.planning.slots import INSTANT, first_sight
from linodctl.values import Value, field, replace

UNKNOWN = timedelta(seconds=1)
"""How long a run takes of which nothing is known."""


class Down(NamedTuple):
    """No runner is alive from `start` on; a new one starts at `end`."""

    start: datetime
    end: datetime


class Shift(NamedTuple):
    """A runner's life in the scenario: it ticks from `start` on, up to but not including `end`."""

    start: datetime
    end: datetime
    absence: Absence | None
    """The time before it without a runner."""


class Scenario(Value):
    """A runner starts at `start`; time ends just before `end`. All instants are aware UTC."""

    tasks: Sequence[Task]
    states: Mapping[str, TaskState]
    start: datetime
    end: datetime
    max_parallel: int = 10
    limits: Mapping[str, int] = field(default_factory=dict)
    durations: Mapping[str, timedelta] = field(default_factory=dict)
    """How long each run of a task takes; `UNKNOWN` where it has none."""
    downs: Sequence[Down] = ()
    requests: Sequence[Request] = ()
    """Those that wait at `start`."""
    absence: Absence | None = None
    """The time before `start` in which no runner was alive, if something can be owed from it."""

    def duration(self, task: str) -> timedelta:
        return self.durations.get(task, UNKNOWN)

    def shifts(self) -> list[Shift]:
        """The lives of the runners, in order, with the gaps between them."""
        shifts, start, absence = [], self.start, self.absence
        for down in _merged(self.downs):
            if down.end <= self.start or down.start >= self.end:
                continue
            if down.start > start:
                shifts.append(Shift(start, down.start, absence))
                absence = None
            # `since` is the last instant at which a runner was there.
            absence = Absence(absence.since if absence else down.start - INSTANT, down.end)
            start = down.end
        if start < self.end:
            shifts.append(Shift(start, self.end, absence))
        return shifts


def _merged(downs: Iterable[Down]) -> list[Down]:
    """In order; those that overlap or touch as one."""
    merged: list[Down] = []
    for down in sorted(downs):
        if merged and down.start <= merged[-1].end:
            merged[-1] = Down(merged[-1].start, max(merged[-1].end, down.end))
        else:
            merged.append(down)
    return merged


def opening_states(tasks: Iterable[Task], known: Mapping[str, TaskState], start: datetime) -> dict[str, TaskState]:
    """States with which to begin at an instant that isn't now: nothing is owed or waits, everything else stays.

    Grids, disabled flags and used-up counts go on from what is known; a task that isn't, or only from a time later than
    `start`, is seen for the first time. A slot at `start` itself belongs to the span.
    """
    return {task.name: _opening_state(task, known.get(task.name), start) for task in tasks}


def _opening_state(task: Task, known: TaskState | None, start: datetime) -> TaskState:
    before = start - INSTANT
    if known is None or known.anchor is None or known.anchor > start:
        return replace(first_sight(task, start), settled=before)
    return replace(known, settled=before, pending=())
