"""A task's lane: what the scheduler holds of one task between ticks."""

from __future__ import annotations

from datetime import datetime, timedelta

from linodctl.domain import Missed, Overlap, Pending, Request, Task, TaskState, Trigger
from linodctl.planning.decisions import Start
from linodctl.planning.slots import next_slot

DISABLED_ROUND = timedelta(seconds=20)
"""Slots of disabled tasks are settled at multiples of this, so that a hundred of them wake nobody each second."""

Head = Request | Pending
Place = tuple[int, datetime, int]
"""Where a lane stands in the queue for room: requests first, then by slot, then by the order in the config."""


class Lane:
    """One task with its state, its waiting requests and its running runs."""

    __slots__ = ("_found", "_found_for", "place", "removed", "requests", "running", "state", "task", "wake")

    def __init__(self, task: Task, state: TaskState) -> None:
        self.task = task
        self.state = state
        self.requests: tuple[Request, ...] = ()
        self.running: tuple[Start, ...] = ()
        self.wake: datetime | None = None
        """When the agenda has it."""
        self.place: Place | None = None
        """Where the queue for room has it."""
        self.removed = False
        """No longer declared: it only waits for its runs to end."""
        self._found: datetime | None = None
        """The next slot as calculated last, and from what: between two slots it is asked for several times."""
        self._found_for: tuple[datetime | None, datetime | None, int] | None = None

    @property
    def disabled(self) -> bool:
        return self.state.disabled or self.task.disabled is not None

    @property
    def why_disabled(self) -> str:
        return self.state.disabled_reason or self.task.disabled or "by hand" if self.disabled else ""

    @property
    def is_at_leisure(self) -> bool:
        """Whether its next slot depends on no other run, neither of this task nor, by a limit or `run_after`, of
        another one."""
        policy, state = self.task.policy, self.state
        return not (self.running or self.requests or state.pending or self.disabled or policy.use or policy.run_after)

    def next_wake(self, now: datetime) -> datetime | None:
        """The next instant at which time alone changes something here."""
        if self.removed:
            return None
        slot = self.next_slot()
        if slot is not None and self.disabled:
            slot = _rounded_up(slot)
        if not self.state.pending and not self.state.disabled:
            return slot
        times = [item.due for item in self.state.pending if item.due is not None and item.due > now]
        if slot is not None:
            times.append(slot)
        if self.state.disabled and self.state.disabled_until is not None:
            times.append(self.state.disabled_until)
        return min(times, default=None)

    def next_slot(self) -> datetime | None:
        """The first unsettled slot; with `after: finish` there is none until the run has ended."""
        rule, state = self.task.recurrence, self.state
        if rule.after_finish is not None and (self.running or state.pending):
            return None
        found_for = (state.settled, state.anchor, 0 if rule.count is None else state.used)
        if found_for != self._found_for:
            self._found, self._found_for = next_slot(self.task, state), found_for
        return self._found

    def head(self, now: datetime) -> Head | None:
        """What would start now if there were room."""
        if self.removed:
            return None
        side_by_side = self.task.policy.overlap is Overlap.ALLOW
        if self.running and not side_by_side:
            return None
        if self.requests:
            return self.requests[0]
        if not self.state.pending:
            return None
        ready = [item for item in self.state.pending if self._is_ready(item, now)]
        return min(ready, key=lambda item: item.slot, default=None)

    def _is_ready(self, item: Pending, now: datetime) -> bool:
        if item.due is not None and item.due > now:
            return False
        # Probation is for tasks that failures disabled, not for those that their declaration does.
        on_probation = item.trigger is Trigger.PROBATION and self.task.disabled is None
        if self.disabled and item.request_id is None and not on_probation:
            return False
        # Owed slots run one after the other, whatever `overlap` says of new ones.
        owed = item.trigger is Trigger.CATCH_UP and self.task.policy.missed is Missed.ALL
        return not (self.running and owed)

    def place_of(self, head: Head) -> Place:
        if isinstance(head, Request):
            return (0, head.requested_at, self.task.number)
        return (1, head.slot, self.task.number)

    def holds_back(self, scheduled_for: datetime) -> bool:
        """Whether a task that runs after this one has to wait: something of ours is not later than its start."""
        if any(run.scheduled_for <= scheduled_for for run in self.running):
            return True
        if any(request.scheduled_for <= scheduled_for for request in self.requests):
            return True
        if self.disabled:
            return False
        return any(item.slot <= scheduled_for for item in self.state.pending)


def _rounded_up(instant: datetime) -> datetime:
    seconds = DISABLED_ROUND.total_seconds()
    over = instant.timestamp() % seconds
    return instant + timedelta(seconds=seconds - over) if over else instant
