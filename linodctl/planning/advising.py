"""What is worth a warning about a task's schedule though it is no mistake: clock changes ahead, runs that take longer
than their interval."""

from __future__ import annotations

from datetime import datetime, timedelta
from itertools import islice, pairwise

from linodctl.domain import Overlap, Task
from linodctl.planning.status import in_words

AHEAD = timedelta(days=2 * 365)
"""How far clock changes are looked for."""
LOOKED_AT = 20
"""So many slots to come are looked at for the shortest distance between two."""

_CONSEQUENCES = {
    Overlap.SKIP: "slots will be skipped",
    Overlap.QUEUE_ONE: "slots will be skipped",
    Overlap.QUEUE_ALL: "the slots that wait will become more and more",
    Overlap.CANCEL: "runs will be stopped before they are done",
}
"""Under `allow` nothing is lost: runs go on side by side."""


def clock_warning(task: Task, anchor: datetime | None, now: datetime) -> str | None:
    """The first slot within two years whose wall time a clock change skips or doubles, and what will happen."""
    found = task.recurrence.clock_trouble(now, now + AHEAD, anchor or now)
    if found is None:
        return None
    what = "the task runs once, the first time" if found.kind == "doubled" else "the task runs right after the gap"
    return f"{found.text} (the clocks change): {what}"


def length_warning(task: Task, usual: timedelta, anchor: datetime | None, now: datetime) -> str | None:
    """That runs usually take longer than the time between two slots, and what comes of that."""
    consequence = _CONSEQUENCES.get(task.policy.overlap)
    shortest = shortest_interval(task, anchor, now) if consequence is not None else None
    if shortest is None or usual <= shortest:
        return None
    return (
        f"a run usually takes {in_words(usual)}, longer than the {in_words(shortest)} between two slots: {consequence}"
    )


def shortest_interval(task: Task, anchor: datetime | None, now: datetime) -> timedelta | None:
    """The shortest time between two of the next slots; None if there are fewer than two, or runs make them."""
    rule = task.recurrence
    if rule.after_finish is not None:
        return None
    if rule.spacing is not None:
        return rule.spacing
    slots = islice(rule.slots(now, now + AHEAD, anchor or now), LOOKED_AT)
    return min((later - earlier for earlier, later in pairwise(slots)), default=None)
