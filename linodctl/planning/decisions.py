"""What a scheduler decides: frozen values, carried out by `runner/` and recorded by `store/`."""

from __future__ import annotations

from datetime import datetime

from linodctl.domain import Request, SkipReason, Task, TaskState, Trigger
from linodctl.values import Value


class Start(Value):
    """Start a run now. Record it first."""

    ticket: int
    """The scheduler's own number for this run, unique in its lifetime; `finished` takes it back."""
    task: Task
    trigger: Trigger
    scheduled_for: datetime
    """The slot, or the instant of the request: what the procedure is told."""
    at: datetime
    """The instant of the decision."""
    slot: datetime | None = None
    attempt: int = 1
    request: Request | None = None
    """The request to be marked as started, if this is a request's first attempt."""
    request_id: int | None = None
    """The request this run belongs to, also for its retries."""
    before: TaskState | None = None
    """What was remembered of the task when this was decided: its last start, its memory."""


class Skip(Value):
    """Record that `count` slots from `slot` to `last_slot` are not run."""

    task: str
    reason: SkipReason
    slot: datetime
    last_slot: datetime
    count: int = 1
    detail: str = ""
    """What was in the way, in words."""


class Stop(Value):
    """Ask a running run to stop, because `why`."""

    ticket: int
    why: str


class Disable(Value):
    """Set the task's disabled flag after failures."""

    task: str
    reason: str
    at: datetime


class Enable(Value):
    """Clear the task's disabled flag: its time is over, or probation succeeded."""

    task: str
    why: str
    at: datetime


Decision = Start | Skip | Stop | Disable | Enable
