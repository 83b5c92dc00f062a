"""The disabled flag: how a task's state looks once somebody, or something, has set or cleared it."""

from __future__ import annotations

from datetime import datetime

from linodctl.domain import TaskState, Trigger
from linodctl.values import replace


def flagged(state: TaskState, reason: str, at: datetime, until: datetime | None) -> TaskState:
    """The state with the flag set. Slots that wait are gone (the caller records them); what people asked for stays."""
    kept = tuple(item for item in state.pending if item.request_id is not None)
    return replace(state, pending=kept, disabled=True, disabled_reason=reason, disabled_at=at, disabled_until=until)


def cleared(state: TaskState, at: datetime) -> TaskState:
    """The state without the flag; what came due up to `at` under it is settled, and probation isn't needed any more."""
    settled = max(at, state.settled or at) if state.disabled else state.settled
    kept = tuple(item for item in state.pending if item.trigger is not Trigger.PROBATION)
    return replace(
        state,
        pending=kept,
        settled=settled,
        disabled=False,
        disabled_reason=None,
        disabled_at=None,
        disabled_until=None,
        failures=0,
    )
