"""Which slot of a task comes next, given what is remembered of the task, and what is remembered at first sight."""

from __future__ import annotations

from datetime import datetime, timedelta

from linodctl.domain import Launch, Pending, Policy, SkipReason, Task, TaskState
from linodctl.errors import RecurrenceError
from linodctl.planning.decisions import Skip
from linodctl.recurrence import NEVER, parse_recurrence
from linodctl.values import replace

UNDECLARED = "(not declared)"
"""Stands for the rule of a task that the config doesn't have at present."""

EDITED, REMOVED = "the recurrence was edited", "the task was removed"
"""Why slots that waited were given up."""

INSTANT = timedelta(microseconds=1)
"""The smallest step of time: what tells `at` from `just before`."""

AHEAD = timedelta(seconds=1)
"""So long before its slot a run is claimed at most; a slot farther away is one that a clock was set back from."""


def not_before(slot: datetime | None, now: datetime) -> datetime:
    """`now`, or the slot of a run that was claimed a moment ahead of it: to that run, and to whoever wishes something
    in this moment, it has come."""
    return slot if slot is not None and now < slot <= now + AHEAD else now


def next_slot(task: Task, state: TaskState) -> datetime | None:
    """The first slot that is not settled yet, due or not; None when there is none or `count` is used up."""
    rule = task.recurrence
    if rule.count is not None and state.used >= rule.count:
        return None
    if state.settled is None or state.anchor is None:
        return None
    return rule.next_after(state.settled, state.anchor)


def met(task: Task, state: TaskState | None, now: datetime) -> tuple[TaskState, list[Skip]]:
    """The state of a task that a scheduler gets, and what was given up: it is known, new, or its rule was edited."""
    if state is None or state.settled is None:
        return first_sight(task, now, state), []
    if state.recurrence != task.recurrence.text:
        return edited(task, state, now)
    return state, []


def first_sight(task: Task, now: datetime, state: TaskState | None = None) -> TaskState:
    """The state of a task that was never run: nothing is owed, and a bare unit (`2 weeks`) is due at once.

    One that was seen before, and reset or edited since, keeps the instant at which it first was.
    """
    state = state or TaskState(task.name)
    return replace(
        state,
        first_seen=state.first_seen or now,
        anchor=now,
        settled=now - INSTANT if task.recurrence.is_bare else not_before(state.last_slot, now),
        recurrence=task.recurrence.text,
        pending=(),
        used=0,
    )


def edited(task: Task, state: TaskState, now: datetime) -> tuple[TaskState, list[Skip]]:
    """The state under a new recurrence: nothing is owed under the old one, and grids go on from the last slot.

    Retries and requests' retries stay: they belong to runs, not to the rule.
    """
    waiting = [item for item in state.pending if item.trigger.is_slot]
    old = as_remembered(state, task.recurrence.zone)
    skips = [dropped(old, state, item, SkipReason.SUPERSEDED, EDITED) for item in waiting]
    if state.last_slot is None and state.last_start_time is None:
        return first_sight(task, now, state), skips
    kept = tuple(item for item in state.pending if item not in waiting)
    anchor, settled = state.last_slot or state.last_start_time, not_before(state.last_slot, now)
    return (
        replace(state, anchor=anchor, settled=settled, recurrence=task.recurrence.text, used=0, pending=kept),
        skips,
    )


def dropped(task: Task, state: TaskState, item: Pending, reason: SkipReason, detail: str) -> Skip:
    """The skip that says why a waiting slot, or a whole span of them, was given up."""
    if item.until is None:
        return Skip(task.name, reason, item.slot, item.slot, 1, detail)
    span = task.recurrence.summary(item.slot - INSTANT, item.until, state.anchor or item.slot)
    return Skip(task.name, reason, item.slot, item.until, span.count if span else 1, detail)


def rest_of(task: Task, state: TaskState, item: Pending) -> Pending | None:
    """What is left of a waiting span once its first slot has started; None when that was the last one."""
    if item.until is None:
        return None
    following = task.recurrence.next_after(item.slot, state.anchor or item.slot)
    if following is None or following > item.until:
        return None
    return replace(item, slot=following)


def as_remembered(state: TaskState, zone: str = "UTC") -> Task:
    """A task that is no longer declared, or not so, as far as its state still tells what it was."""
    try:
        rule = parse_recurrence({"every": state.recurrence}, name=state.name, zone=zone)
    except RecurrenceError:  # written by another version, or a calendar that it names is gone
        rule = NEVER
    return Task(0, state.name, state.name, rule, Policy(), Launch(""))
