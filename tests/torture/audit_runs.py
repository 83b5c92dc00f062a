"""Audit, first part: every run on record against the procedures' own journal."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from linodctl.domain import OnLost, Outcome, Run, Task

from .evidence import Evidence

TAKEN_AWAY = {Outcome.LOST, Outcome.CANCELLED, Outcome.TIMED_OUT}
"""How a run may end whatever its procedure meant to do."""
GIVING_UP = {"disable", "withdraw", "forgo", "cancel_run"}
"""Wishes after which there may be no further attempt."""


def check_runs(evidence: Evidence) -> Iterator[str]:
    """One sentence for each discrepancy."""
    yield from _starts(evidence)
    yield from _ends(evidence)
    yield from _attempts(evidence)
    for note in evidence.told("overlap"):
        yield f"run {note.run} of {note.task} found '{note.of}' in use by {note.other}"
    for request in evidence.waiting:
        yield f"request {request} was neither started nor withdrawn"


def _starts(evidence: Evidence) -> Iterator[str]:
    """What ran is on record, as what it ran for, and once."""
    on_record = {run.run_id: run for run in evidence.runs}
    for run_id, times in Counter(note.run for note in evidence.told("start")).items():
        if times > 1:
            yield f"run {run_id} was started {times} times"
    slots = Counter(
        (note.task, note.slot, note.attempt) for note in evidence.told("start") if _is_slot(note.run, on_record)
    )
    for (task, slot, attempt), times in slots.items():
        if times > 1:
            yield f"{task}: attempt {attempt} of slot {slot} was started {times} times"
    for note in evidence.told("start"):
        run = on_record.get(note.run)
        if run is None:
            yield f"{note.task}: run {note.run} was started and is not on record"
        elif (run.task, run.attempt, run.scheduled_for) != (note.task, note.attempt, note.instant("slot")):
            yield f"run {run.run_id} on record is of {run.task}, {run.scheduled_for}; it was carried out as {note}"


def _is_slot(run_id: int, on_record: dict[int, Run]) -> bool:
    return run_id in on_record and on_record[run_id].slot is not None


def _ends(evidence: Evidence) -> Iterator[str]:
    """Every run has an end, and it is the one that its procedure came to, or the one that took it away."""
    started = {note.run for note in evidence.told("start")}
    meant = {note.run: note.how for note in evidence.told("end")}
    for run in evidence.runs:
        name = f"run {run.run_id} of {run.task}"
        if run.end_time is None or run.outcome is None:
            yield f"{name} has no end"
        elif run.outcome in TAKEN_AWAY:
            if not run.reason:
                yield f"{name} is {run.outcome} for no reason"
        elif run.run_id not in started:
            yield f"{name} {run.outcome}, and was never started ({run.reason})"
        elif run.outcome != meant.get(run.run_id):
            yield f"{name} {run.outcome} on record, {meant.get(run.run_id, 'no end')} in the journal ({run.reason})"


def _attempts(evidence: Evidence) -> Iterator[str]:
    """A lost run of a task that asks for it, and a failed one with attempts left, has another attempt, or it waits."""
    tasks = {task.name: task for task in evidence.tasks}
    told_otherwise = {edit.task for edit in evidence.edits if edit.action in GIVING_UP}
    there = {(run.task, run.slot, run.request_id, run.attempt) for run in evidence.runs}
    for name, state in evidence.states.items():
        there |= {(name, _slot(item.slot, item.request_id), item.request_id, item.attempt) for item in state.pending}
    for run in evidence.runs:
        task = tasks.get(run.task)
        if task is None or run.task in told_otherwise or task.policy.disable_after is not None:
            continue
        if _is_tried_again(task, run) and (run.task, run.slot, run.request_id, run.attempt + 1) not in there:
            yield f"run {run.run_id} of {run.task} {run.outcome} at attempt {run.attempt}, and there is no further one"


def _slot(slot: object, request_id: int | None) -> object:
    return slot if request_id is None else None


def _is_tried_again(task: Task, run: Run) -> bool:
    if run.outcome is Outcome.LOST:
        return task.policy.on_lost is OnLost.RERUN
    return run.outcome is not None and run.outcome.is_failure and run.attempt < task.policy.retries.attempts
