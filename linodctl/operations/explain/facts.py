"""The facts of a case: what is on record about a slot, about a past moment, and about the present one."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from linodctl.domain import Pending, Request, Run, SkipRow, Task, TaskState
from linodctl.planning.obstacle import Obstacle
from linodctl.planning.status import Status
from linodctl.recurrence.around import WhyNot
from linodctl.values import Value, field


class Away(Value):
    """The time when no runner was alive; None where it has no known beginning, or no end yet."""

    since: datetime | None
    until: datetime | None


class Switch(Value):
    """What disabled a task: a person, a failed run, its declaration; or nobody knows any more."""

    reason: str
    declared: bool = False
    since: datetime | None = None
    who: str | None = None
    run: Run | None = None
    until: datetime | None = None


class SlotFacts(Value):
    """One slot and what is on record about it. At most one of `attempts`, `skip` and `waiting` tells its fate."""

    slot: datetime
    decided: bool = True
    """The scheduler has looked at it: there was a record, whether it is still there or not."""
    attempts: tuple[Run, ...] = ()
    skip: SkipRow | None = None
    waiting: Pending | None = None
    """It waits, or its next attempt does."""
    overlapped: tuple[Run, ...] = ()
    """Runs of the task that went on when the slot came due."""
    beside: tuple[Run, ...] = ()
    """Runs of other tasks at that instant."""
    rivals: tuple[Run, ...] = ()
    """Those of them that left it no room."""
    disabled: Switch | None = None
    """What had disabled the task then, if that is why it was skipped; of a slot that is not decided, what does now."""
    away: Away | None = None
    """No runner was alive at that instant."""


class TakenOut(Value):
    """An instant that the rule names, and that `between`, `on`, `except` or `until` takes out."""

    instant: datetime
    why: WhyNot


class Runner(Value):
    """Whether somebody is there to start runs."""

    alive: bool
    last_seen: datetime | None = None
    """When one was last known to be alive, if none is now."""


class InTheWay(Value):
    """What keeps the task from starting now: the limit that is full with its size, or the task to be waited for."""

    obstacle: Obstacle
    size: int
    runs: tuple[Run, ...]


class Then(Value):
    """A moment that somebody named."""

    task: Task
    state: TaskState | None
    now: datetime
    at: datetime
    runner: Runner
    first_known: datetime | None
    """Since when the task is known, or what is left of its history begins."""
    here: SlotFacts | None = None
    """The latest slot at or before the moment."""
    after: SlotFacts | None = None
    taken_out: TakenOut | None = None
    """The latest instant that was taken out, if it is later than `here`."""
    going_on: tuple[Run, ...] = ()
    """Runs of the task at that moment."""
    disabled: Switch | None = None
    """What disables the task now."""
    in_the_way: InTheWay | None = None
    """What keeps `here` from starting now, if it waits."""
    away: Away | None = None
    """No runner was alive at that moment."""
    limits: str = ""
    """How much history is kept, in words."""
    askers: Mapping[int, str] = field(default_factory=dict)
    """Request id → who made it."""


class Present(Value):
    """Now."""

    task: Task
    state: TaskState | None
    now: datetime
    status: Status
    runner: Runner
    running: tuple[Run, ...] = ()
    requests: tuple[Request, ...] = ()
    in_the_way: InTheWay | None = None
    disabled: Switch | None = None
    last: Run | None = None
    """The latest run."""
    taken_out: TakenOut | None = None
    """The first instant to come that is taken out, if it is earlier than the next slot."""
    askers: Mapping[int, str] = field(default_factory=dict)
