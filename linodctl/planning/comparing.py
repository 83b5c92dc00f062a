"""What a change of a task's declaration does to its slots: which ones come, which ones go."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from enum import StrEnum
from itertools import islice

from linodctl.domain import Task, TaskState
from linodctl.planning.slots import INSTANT, met
from linodctl.recurrence.bounded import Bounded
from linodctl.recurrence.interval import Interval
from linodctl.values import Value

MANY = 20_000
"""So many slots of a task are looked at one by one; of more, only the number is told, where arithmetic gives it."""
FEW = 3
"""So many slots that come or go are named."""


class Kind(StrEnum):
    """What becomes of a task."""

    ADDED = "added"
    REMOVED = "removed"
    CHANGED = "changed"
    """Some of its slots come or go."""
    SAME = "same"


class Slots(Value):
    """The slots of one declaration of a task in a span of time."""

    first: tuple[datetime, ...] = ()
    """The first ones, at most `MANY`."""
    count: int | None = 0
    """How many they are; None if they are too many to be counted, or not known beforehand."""
    known: bool = True
    """False for `after: finish`: they depend on when runs end."""

    @property
    def complete(self) -> bool:
        return self.known and self.count == len(self.first)


class Change(Value):
    """One task under two configs. `added` and `removed` are None where there are too many slots to be compared."""

    task: str
    kind: Kind
    zone: str
    before: str | None
    """The rule's text, `disabled` beside it; None if the task isn't declared."""
    after: str | None
    slots_before: Slots
    slots_after: Slots
    added: int | None
    removed: int | None
    first_added: tuple[datetime, ...]
    first_removed: tuple[datetime, ...]


def compare(before: Task | None, after: Task | None, state: TaskState | None, now: datetime, until: datetime) -> Change:
    """The slots of (now, until] of a task under its two declarations; at least one of them is there.

    As the runner will have it: a task that is known keeps its grid, a rule that is edited goes on from the last slot.
    """
    old, new = slots_of(before, state, now, until), slots_of(after, state, now, until)
    gone, come = _differences(old, new)
    exact = old.complete and new.complete
    declared = after or before
    assert declared is not None
    return Change(
        task=declared.name,
        kind=_kind(before, after, differ=bool(gone or come) or (old.count, old.known) != (new.count, new.known)),
        zone=declared.recurrence.zone,
        before=_text(before),
        after=_text(after),
        slots_before=old,
        slots_after=new,
        added=len(come) if exact else None,
        removed=len(gone) if exact else None,
        first_added=tuple(come[:FEW]),
        first_removed=tuple(gone[:FEW]),
    )


def slots_of(task: Task | None, state: TaskState | None, now: datetime, until: datetime) -> Slots:
    """The slots of (now, until] under this declaration; none if there is none, or it disables the task."""
    if task is None or task.disabled is not None:
        return Slots()
    rule = task.recurrence
    if rule.after_finish is not None:
        return Slots(count=None, known=False)
    seen, _ = met(task, state, now)
    after, anchor = max(seen.settled or now, now - INSTANT), seen.anchor or now
    allowed = None if rule.count is None else max(0, rule.count - seen.used)
    first = tuple(islice(_slots(task, after, until, anchor), _least(allowed, MANY + 1)))
    if len(first) <= MANY:
        return Slots(first, len(first))
    inner = rule.rule.rule if isinstance(rule.rule, Bounded) else rule.rule
    if not isinstance(inner, Interval):
        return Slots(first[:MANY], None)
    span = rule.summary(after, until, anchor)
    return Slots(first[:MANY], _least(allowed, span.count) if span else 0)


def _slots(task: Task, after: datetime, until: datetime, anchor: datetime) -> Iterator[datetime]:
    return task.recurrence.slots(after, until, anchor)


def _least(allowed: int | None, number: int) -> int:
    return number if allowed is None else min(allowed, number)


def _differences(old: Slots, new: Slots) -> tuple[list[datetime], list[datetime]]:
    """Slots that go and slots that come, in order, as far as both have been looked at."""
    horizon = min((slots.first[-1] for slots in (old, new) if slots.first and not slots.complete), default=None)

    def only(these: Slots, others: Slots) -> list[datetime]:
        different = set(these.first) - set(others.first)
        return sorted(slot for slot in different if horizon is None or slot <= horizon)

    return only(old, new), only(new, old)


def _kind(before: Task | None, after: Task | None, *, differ: bool) -> Kind:
    if before is None:
        return Kind.ADDED
    if after is None:
        return Kind.REMOVED
    return Kind.CHANGED if differ else Kind.SAME


def _text(task: Task | None) -> str | None:
    if task is None:
        return None
    return f"{task.recurrence.text}, disabled" if task.disabled is not None else task.recurrence.text
