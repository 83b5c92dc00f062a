"""What follows from the end of a run: a retry, a rerun, the disabled flag, or nothing."""

from __future__ import annotations

import re
from datetime import datetime, timedelta

from linodctl.domain import OnLost, Outcome, Pending, Result, SkipReason, Task, TaskState, Trigger
from linodctl.planning.decisions import Decision, Disable, Enable, Start
from linodctl.planning.flag import flagged
from linodctl.planning.slots import dropped
from linodctl.values import replace

_BY_FAILURES = r"(failed|timed out)( \(\d+ times in a row\))?(:|$)"

SHORTEST, LONGEST = timedelta(seconds=1), timedelta(days=3650)
"""The pauses before another attempt are kept within these."""


def conclude(
    task: Task, state: TaskState, run: Start, result: Result, now: datetime
) -> tuple[TaskState, list[Decision]]:
    """The task's state after `run` ended with `result` at `now`, and what has to be done about it."""
    state = _remembered(task, state, result, now)
    if run.trigger is Trigger.PROBATION and state.disabled and not _went_fine(result) and not result.outcome.is_failure:
        # It proved nothing either way.
        return replace(state, pending=(*state.pending, *_probation(task, now))), []
    again = _another_attempt(task, run, result, now)
    if again is not None:
        return replace(state, pending=(again, *state.pending)), []
    if result.outcome.is_failure:
        return _failed_for_good(task, replace(state, failures=state.failures + 1), run, result, now)
    if _went_fine(result):
        return _went_well(task, replace(state, failures=0) if state.failures else state, run, now)
    return state, []


def _remembered(task: Task, state: TaskState, result: Result, now: datetime) -> TaskState:
    state = replace(
        state,
        last_end_time=now,
        last_outcome=result.outcome,
        last_success=now if _went_fine(result) else state.last_success,
        memory=state.memory if result.memory is None else result.memory,
    )
    if task.recurrence.after_finish is not None:
        # The pause is measured from here, whoever asked for the run.
        return replace(state, anchor=now, settled=now)
    return state


def _another_attempt(task: Task, run: Start, result: Result, now: datetime) -> Pending | None:
    """The next attempt of the same slot or request, if the rules give it one."""
    pause = _pause(task, run, result)
    if pause is None:
        return None
    trigger = Trigger.RERUN if result.outcome is Outcome.LOST else Trigger.RETRY
    due = _later(now, pause)
    return Pending(run.scheduled_for, run.attempt + 1, trigger, due, request_id=run.request_id)


def _pause(task: Task, run: Start, result: Result) -> timedelta | None:
    """How long to wait before the next attempt; None when there is none."""
    retries = task.policy.retries
    if result.outcome is Outcome.LOST:
        # The pause keeps a procedure that kills its worker from doing so in a tight loop.
        return retries.wait(run.attempt) if task.policy.on_lost is OnLost.RERUN else None
    if not result.outcome.is_failure or run.trigger is Trigger.PROBATION:
        return None
    pause = retries.wait(run.attempt) if result.retry_after is None else result.retry_after
    # What the procedure asked for itself is bounded by `attempts` only where somebody declared a bound.
    wanted = result.retry_wanted and retries.attempts == 1
    return pause if wanted or run.attempt < retries.attempts else None


def _failed_for_good(
    task: Task, state: TaskState, run: Start, result: Result, now: datetime
) -> tuple[TaskState, list[Decision]]:
    """Disable the task once enough runs in a row have failed; what waited for it becomes skips."""
    limit = task.policy.disable_after
    if limit is None or state.failures < limit:
        return state, []
    if state.disabled and run.trigger is not Trigger.PROBATION:
        return state, []
    reason = _why(result, state.failures)
    skips: list[Decision] = [
        dropped(task, state, item, SkipReason.DISABLED, reason) for item in state.pending if item.trigger.is_slot
    ]
    disabled = flagged(state, reason, now, None)
    disabled = replace(disabled, pending=(*disabled.pending, *_probation(task, now)))
    return disabled, [*skips, Disable(task.name, reason, now)]


def disabled_by_failures(state: TaskState) -> bool:
    """Whether the flag is set, and not by a person: the reason is one of those that are given here."""
    return state.disabled and re.match(_BY_FAILURES, state.disabled_reason or "") is not None


def _probation(task: Task, now: datetime) -> tuple[Pending, ...]:
    """The run that gives a disabled task another chance, if its policy has one."""
    pause = task.policy.retry_disabled_after
    if pause is None:
        return ()
    due = _later(now, pause)
    return (Pending(due, trigger=Trigger.PROBATION, due=due),)


def _later(now: datetime, pause: timedelta) -> datetime:
    """`now` + `pause`, within bounds: what fails at once must not be tried again at once, nor in the year 10000."""
    return now + min(max(pause, SHORTEST), LONGEST)


def _went_fine(result: Result) -> bool:
    return result.outcome in (Outcome.SUCCEEDED, Outcome.WARNED)


def _went_well(task: Task, state: TaskState, run: Start, now: datetime) -> tuple[TaskState, list[Decision]]:
    if not (run.trigger is Trigger.PROBATION and state.disabled):
        return state, []
    enabled = replace(state, disabled=False, disabled_reason=None, disabled_at=None, disabled_until=None)
    return enabled, [Enable(task.name, "its probation run succeeded", now)]


def _why(result: Result, failures: int) -> str:
    """The reason that `list` shows: the last line of the traceback says what went wrong."""
    lines = (result.reason or result.error or result.outcome.value).strip().splitlines()
    last = lines[-1] if lines else result.outcome.value
    times = f" ({failures} times in a row)" if failures > 1 else ""  # `_BY_FAILURES` knows these words
    word = "timed out" if result.outcome is Outcome.TIMED_OUT else "failed"
    return f"{word}{times}: {last}" if last != result.outcome.value else f"{word}{times}"
