"""Gathers what is on record about a moment that somebody names, and about the slots beside it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

from linodctl.domain import Pending, Run, SkipReason, SkipRow, TaskState
from linodctl.operations.explain.background import Background
from linodctl.operations.explain.facts import SlotFacts, Switch, Then
from linodctl.operations.explain.in_the_way import in_the_way
from linodctl.operations.explain.slots_beside import Beside
from linodctl.operations.explain.then import end_of_moment

LOOK_BACK = timedelta(days=400)
"""How far before a moment an instant that was taken out is looked for, where no slot stands before it."""


def gather_then(known: Background, at: datetime) -> Then:
    """The facts about the moment `at`."""
    end = _end_of(at, known.now)
    beside = beside_of(known, end)
    before, after = beside.before(end), beside.after(end)
    floor = before or max(at - LOOK_BACK, known.first_known or at - LOOK_BACK)
    here, going_on = _slot(known, before), tuple(_going_on(known, at, end))
    return Then(
        task=known.task,
        state=known.state,
        now=known.now,
        at=at,
        runner=known.runner(),
        first_known=known.first_known,
        here=here,
        after=_slot(known, after),
        taken_out=beside.taken_out_before(end, floor) or beside.before_its_beginning(at),
        going_on=going_on,
        disabled=known.disabled_now(),
        away=known.away(at) if at <= known.now else None,
        in_the_way=in_the_way(known) if here is not None and here.waiting is not None else None,
        limits=known.limits_of_history(),
        askers=known.askers(going_on),
    )


def beside_of(known: Background, at: datetime) -> Beside:
    """The slots next to `at`, by the rule and by the records."""
    name, moments = known.task.name, known.moments
    runs, last, following = moments.run_slots(name, at), moments.streak_before(name, at), moments.streak_after(name, at)
    return Beside(known.task, known.seen, runs, last, following)


def _end_of(at: datetime, now: datetime) -> datetime:
    """What people mean by a second or a minute; where that goes on, what is to come is not what was."""
    end = end_of_moment(at)
    return end if at > now else min(end, now)


def _going_on(known: Background, at: datetime, end: datetime) -> list[Run]:
    """Runs that went on at the moment; of those that have no slot, also what began in its second or minute."""
    going_on = known.moments.going_on(at, known.task.name)
    begun = known.reader.runs_between(known.task.name, at, end)
    return [*going_on, *(run for run in begun if run.slot is None and run not in going_on)]


# --- one slot ------------------------------------------------------------------------------------


def _slot(known: Background, slot: datetime | None) -> SlotFacts | None:
    if slot is None:
        return None
    state, moments, name = known.state, known.moments, known.task.name
    attempts = tuple(moments.attempts(name, slot))
    skip = None if attempts else _streak_over(known, slot)
    going_on = moments.going_on(slot) if attempts or skip is not None else []
    others = [run for run in going_on if run.task != name]
    return SlotFacts(
        slot=slot,
        decided=state is not None and state.settled is not None and slot <= state.settled,
        attempts=attempts,
        skip=skip,
        waiting=_waiting(state, slot),
        overlapped=tuple(run for run in moments.going_on(slot, name) if run not in attempts),
        beside=tuple(others),
        rivals=tuple(_rivals(known, others)),
        disabled=_disabled(known, slot, skip),
        away=known.away(slot) if slot <= known.now else None,
    )


def _streak_over(known: Background, slot: datetime) -> SkipRow | None:
    streak = known.moments.streak_before(known.task.name, slot)
    return streak if streak is not None and streak.last_slot >= slot else None


def _disabled(known: Background, slot: datetime, skip: SkipRow | None) -> Switch | None:
    """Why the task was disabled then, if that is why the slot was skipped; else whether it is disabled now."""
    if skip is None:
        return known.disabled_now()
    return known.disabled_by(skip.detail, slot) if skip.reason is SkipReason.DISABLED else None


def _rivals(known: Background, others: Sequence[Run]) -> Iterator[Run]:
    """Those of the other tasks' runs that leave this task no room, by the limits as they are now."""
    full = len(others) >= known.site.loaded.max_parallel
    mine = set(known.task.policy.use)
    for run in others:
        other = known.site.by_name.get(run.task)
        if full or (other is not None and mine & set(other.policy.use)):
            yield run


def _waiting(state: TaskState | None, slot: datetime) -> Pending | None:
    """What waits for this slot: its start, or its next attempt."""
    for item in state.pending if state is not None else ():
        if item.request_id is None and item.slot <= slot <= (item.until or item.slot):
            return item
    return None
