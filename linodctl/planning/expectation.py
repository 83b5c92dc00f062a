"""Whether a task did what is expected of it: a success within `expect`."""

from __future__ import annotations

from datetime import datetime

from linodctl.domain import Task, TaskState
from linodctl.planning.aftermath import disabled_by_failures


def overdue_since(task: Task, state: TaskState | None, now: datetime) -> datetime | None:
    """The instant at which its last success (or, without one, its first sight or reset) was `expect` ago; None if that
    is yet to come, or if nothing is expected.

    Nothing is expected while somebody keeps the task disabled; one that its failures disabled is to be missed.
    """
    expect = task.policy.expect
    if expect is None or state is None or task.disabled is not None:
        return None
    if state.disabled and not disabled_by_failures(state):
        return None
    begin = state.last_success or (state.anchor if state.last_start_time is None else state.first_seen)
    if begin is None or now - begin < expect:
        return None
    return begin + expect
