"""Audit, second part: every slot that a rule has yielded is a run, a skip, or still waits, and is so once.

The slots are calculated anew, by the recurrence room, from the instant at which the task was first seen. The clock's
steps don't matter to that: a step forth makes the slots between owed, and after a step back no slot comes until the
clock is later than it ever was, so that the settled time of a task only grows.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from linodctl.domain import Task, TaskState, Trigger

from .evidence import Era, Evidence

INSTANT = timedelta(microseconds=1)
LATE = timedelta(seconds=5)
"""How long before the end a slot may come due that nobody has decided about."""
LATE_WHEN_DISABLED = timedelta(seconds=25)
"""Slots of disabled tasks are settled in rounds."""


def check_slots(evidence: Evidence) -> Iterator[str]:
    """One sentence for each discrepancy."""
    for task in evidence.tasks:
        if task.name in evidence.eras:
            for era in evidence.eras[task.name]:
                yield from _check_era(task.name, era, evidence)
        elif task.recurrence.after_finish is not None:
            yield from _check_after_finish(task, evidence)
        else:
            yield from _check_task(task, evidence)


def _check_task(task: Task, evidence: Evidence) -> Iterator[str]:
    """A task whose rule has always been the same."""
    state = evidence.states.get(task.name)
    if state is None or state.anchor is None or state.settled is None:
        yield f"{task.name}: nothing is remembered of it"
        return
    if state.anchor != state.first_seen:
        yield f"{task.name}: its grid starts at {state.anchor}, and it was first seen at {state.first_seen}"
    begin = state.anchor - INSTANT if task.recurrence.is_bare else state.anchor
    due = set(task.recurrence.slots(begin, state.settled, state.anchor))
    yield from _accounts(task, state, due, evidence)
    following = task.recurrence.next_after(state.settled, state.anchor)
    used_up = task.recurrence.count is not None and state.used >= task.recurrence.count
    late = LATE_WHEN_DISABLED if state.disabled else LATE
    if following is not None and not used_up and following < evidence.stopped - late:
        yield f"{task.name}: slot {following} was due and not looked at; the runner stopped at {evidence.stopped}"


def _accounts(task: Task, state: TaskState, due: set[datetime], evidence: Evidence) -> Iterator[str]:
    runs = {run.slot for run in evidence.runs_of[task.name] if run.slot is not None and not _at_startup(run.trigger)}
    first_runs = {run.slot for run in evidence.runs_of[task.name] if run.attempt == 1}
    waiting = {
        slot for item in state.pending if item.trigger.is_slot for slot in _span(task, state, item.slot, item.until)
    }
    for slot in sorted(slot for slot in runs - due if slot is not None):
        yield f"{task.name}: a run for {slot}, which is no slot of '{task.recurrence}'"
    for slot in sorted(slot for slot in runs - first_runs if slot is not None):
        yield f"{task.name}: slot {slot} has further attempts without a first one"
    for slot in sorted(waiting & runs):
        yield f"{task.name}: slot {slot} has a run and still waits"
    left = due - runs - waiting
    covered = {slot for skip in evidence.skips_of[task.name] for slot in _span(task, state, skip.slot, skip.last_slot)}
    for slot in sorted(left - covered)[:10]:
        yield f"{task.name}: slot {slot} has neither run nor skip"
    told = sum(skip.count for skip in evidence.skips_of[task.name] if not _came_at_startup(task))
    if told != len(left):
        yield f"{task.name}: its skips count {told} slots, and {len(left)} of {len(due)} were not run"


def _span(task: Task, state: TaskState, first: datetime, last: datetime | None) -> set[datetime]:
    if last is None or last == first:
        return {first}
    return set(task.recurrence.slots(first - INSTANT, last, state.anchor or first))


def _at_startup(trigger: Trigger) -> bool:
    return trigger is Trigger.STARTUP


def _came_at_startup(task: Task) -> bool:
    return task.recurrence.at_startup


def _check_after_finish(task: Task, evidence: Evidence) -> Iterator[str]:
    """Each slot but the first lies one pause after the end of some run, or several while the task is disabled."""
    pause = task.recurrence.after_finish
    assert pause is not None
    runs = evidence.runs_of[task.name]
    ends = {run.end_time for run in runs if run.end_time is not None}
    for run in runs[1:]:
        slot = run.slot
        if slot is not None and not any(slot > end and (slot - end) % pause == timedelta(0) for end in ends):
            yield f"{task.name}: run {run.run_id} is for {slot}, which is not {pause} after the end of any"


def _check_era(name: str, era: Era, evidence: Evidence) -> Iterator[str]:
    """Within a span for which the rule is certain, every slot of that rule is accounted for, and no other."""
    runs = {run.slot for run in evidence.runs_of[name] if run.slot is not None and era.since < run.slot <= era.until}
    if era.recurrence is None:
        for slot in sorted(runs):
            yield f"{name}: a run for {slot}, when it was not declared"
        return
    until = min(era.until, evidence.stopped - LATE_WHEN_DISABLED)
    due = set(era.recurrence.slots(era.since, until, era.since))
    skips = evidence.skips_of[name]
    state = evidence.states[name]
    for slot in sorted(due - runs):
        waits = any(item.slot <= slot <= (item.until or item.slot) for item in state.pending)
        if not waits and not any(skip.slot <= slot <= skip.last_slot for skip in skips):
            yield f"{name}: slot {slot} has neither run nor skip"
    for slot in sorted(runs - due):
        if slot <= until:
            yield f"{name}: a run for {slot}, which is no slot of the rule in force then, '{era.recurrence}'"
