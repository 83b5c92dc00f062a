"""Catch-up: of the slots that have come due since a task was last looked at, which are run and which become skips."""

from __future__ import annotations

from datetime import datetime, timedelta

from linodctl.domain import Missed, Pending, SkipReason, Task, TaskState, Trigger
from linodctl.planning.decisions import Skip
from linodctl.planning.slots import INSTANT
from linodctl.recurrence.values import duration_text
from linodctl.values import Value


class Absence(Value):
    """The time when no runner was alive: later than `since`, up to `until`."""

    since: datetime
    until: datetime

    def covers(self, instant: datetime) -> bool:
        return self.since < instant <= self.until


class Owed(Value):
    """What is owed now: at most one waiting start (it can stand for a span), and the slots that are given up."""

    start: Pending | None
    skips: tuple[Skip, ...]


def owed(task: Task, state: TaskState, first: datetime, now: datetime, absence: Absence | None) -> Owed:
    """Decide about every slot from `first` (the first unsettled one, `first` <= `now`) up to `now`.

    Only slots not older than `missed_window` count (as in Temporal: iff slot >= now − window);
    under `missed: skip` that window is `tolerance`.
    """
    policy, rule = task.policy, task.recurrence
    anchor = state.anchor or first
    last = _last_due(task, first, now, anchor)
    window = policy.tolerance if policy.missed is Missed.SKIP else policy.missed_window
    oldest = _back(now, window)
    if last is None or last < oldest:
        why = _too_late(task)
        return Owed(None, _given_up(task, first, last or first, anchor, SkipReason.MISSED, why, absence))

    trigger = _trigger(task, last, now, absence)
    if policy.missed is not Missed.ALL or first == last:
        reason = SkipReason.MISSED if policy.missed is Missed.SKIP else SkipReason.SUPERSEDED
        why = f"'missed: {policy.missed}' keeps only the slot {last.isoformat()} after it"
        skips = _given_up(task, first, last - INSTANT, anchor, reason, why, absence)
        return Owed(Pending(last, trigger=trigger), skips)

    kept = first if first >= oldest else rule.next_after(oldest - INSTANT, anchor) or last
    skips = _given_up(task, first, kept - INSTANT, anchor, SkipReason.MISSED, _too_late(task), absence)
    return Owed(Pending(kept, trigger=Trigger.CATCH_UP, until=last), skips)


def _last_due(task: Task, first: datetime, now: datetime, anchor: datetime) -> datetime | None:
    """The latest slot up to `now`, of which `first` is one. Mostly it is that one, and one look ahead tells."""
    rule = task.recurrence
    if first == now or rule.after_finish is not None:
        return first  # under `after: finish` the next one exists only once this one has ended
    following = rule.next_after(first, anchor)
    if following is None or following > now:
        return first
    return rule.previous(now, anchor, first)


def _trigger(task: Task, slot: datetime, now: datetime, absence: Absence | None) -> Trigger:
    """Whether a start is an ordinary one or catches up on a slot that nobody could start in time."""
    late = now - slot > task.policy.tolerance
    return Trigger.CATCH_UP if late or (absence and absence.covers(slot)) else Trigger.SCHEDULE


def _too_late(task: Task) -> str:
    """Which option says that slots this old are not run."""
    policy = task.policy
    if policy.missed is Missed.SKIP:
        return f"'missed: skip' runs none that is more than {duration_text(policy.tolerance)} late"
    return f"it was older than 'missed_window' ({duration_text(policy.missed_window)})"


def _given_up(
    task: Task,
    first: datetime,
    last: datetime,
    anchor: datetime,
    reason: SkipReason,
    why: str,
    absence: Absence | None,
) -> tuple[Skip, ...]:
    """Skips for every slot from `first` to `last`; those during an absence say `runner_down`."""
    if last < first:
        return ()
    pieces = [(first - INSTANT, last, reason, why)]
    if absence is not None:
        away = f"no runner was alive from {_stamp(absence.since + INSTANT)} to {_stamp(absence.until)}, and {why}"
        pieces = [
            (first - INSTANT, min(last, absence.since), reason, why),
            (max(first - INSTANT, absence.since), min(last, absence.until), SkipReason.RUNNER_DOWN, away),
            (max(first - INSTANT, absence.until), last, reason, why),
        ]
    skips = []
    for after, upto, because, detail in pieces:
        span = task.recurrence.summary(after, upto, anchor) if after < upto else None
        if span is not None:
            skips.append(Skip(task.name, because, span.first, span.last, span.count, detail))
    return tuple(skips)


def _back(now: datetime, window: timedelta) -> datetime:
    """`now` − `window`, or the beginning of time where that is earlier than it."""
    try:
        return now - window
    except OverflowError:
        return datetime.min.replace(tzinfo=now.tzinfo)


def _stamp(instant: datetime) -> str:
    return instant.isoformat(timespec="seconds")
