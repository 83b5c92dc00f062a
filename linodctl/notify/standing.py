"""How a task stands at an instant, as far as somebody should be woken up for it. Pure."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from linodctl.domain import Outcome, Task, TaskState
from linodctl.planning.aftermath import disabled_by_failures
from linodctl.planning.expectation import overdue_since
from linodctl.values import Value


class Trouble(StrEnum):
    """What is wrong with a task; the worst of it."""

    LOST = "lost"
    """Its last run's worker or runner died."""
    FAILING = "failing"
    """Its last run failed, and so did its retries."""
    DISABLED = "disabled"
    """Its failures disabled it."""
    UNRUNNABLE = "unrunnable"
    """Its code can't be found."""


class Standing(Value):
    """What the state file says of a task now."""

    trouble: Trouble | None = None
    overdue: bool = False
    last_success: datetime | None = None
    disabled_at: datetime | None = None
    enabled_at: datetime | None = None
    """When somebody enabled it last."""


def standing_of(
    task: Task, state: TaskState | None, unrunnable: bool, now: datetime, enabled_at: datetime | None = None
) -> Standing:
    """How the task stands at `now`; `unrunnable` if its dotted path doesn't resolve."""
    if state is None:
        return Standing(Trouble.UNRUNNABLE if unrunnable else None)
    return Standing(
        trouble=Trouble.UNRUNNABLE if unrunnable else _trouble(state),
        overdue=overdue_since(task, state, now) is not None,
        last_success=state.last_success,
        disabled_at=state.disabled_at,
        enabled_at=enabled_at,
    )


def _trouble(state: TaskState) -> Trouble | None:
    if disabled_by_failures(state):
        return Trouble.DISABLED
    if state.failures:
        return Trouble.FAILING
    return Trouble.LOST if state.last_outcome is Outcome.LOST else None
