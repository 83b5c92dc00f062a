"""The slots next to a moment, by the rule and by what is on record: where they differ, a record is a record."""

from __future__ import annotations

from datetime import datetime

from linodctl.domain import SkipRow, Task, TaskState
from linodctl.operations.explain.facts import TakenOut
from linodctl.planning.slots import INSTANT, next_slot
from linodctl.store.moments import Span


class Beside:
    """Slots of one task around a moment. `runs`, `last_skips` and `next_skips` are what is on record beside it."""

    def __init__(
        self, task: Task, state: TaskState, runs: Span, last_skips: SkipRow | None, next_skips: SkipRow | None
    ) -> None:
        self._rule = task.recurrence
        self._task = task
        self._state = state
        self._runs = runs
        self._last_skips = last_skips
        self._next_skips = next_skips

    def before(self, at: datetime) -> datetime | None:
        """The latest slot at or before `at`."""
        streak = self._last_skips
        if streak is not None and streak.slot <= at < streak.last_slot and not self._is_named(streak.slot):
            return _in_streak(streak, at)
        skipped = streak.last_slot if streak is not None and streak.last_slot <= at else None
        known = (self._runs.before, skipped, self._ruled(at))
        return max((slot for slot in known if slot is not None), default=None)

    def after(self, at: datetime) -> datetime | None:
        """The first slot later than `at`; those to come are the ones that `next` shows."""
        skipped = self._next_skips.slot if self._next_skips and self._next_skips.slot > at else None
        known = [slot for slot in (self._runs.after, skipped, self._ruled_after(at)) if slot is not None]
        return min(known, default=None)

    def taken_out_before(self, at: datetime, floor: datetime) -> TakenOut | None:
        """The latest instant in (floor, at] that the rule names and its limits take out."""
        open_rule = self._rule.unfiltered
        if open_rule is self._rule or self._rule.after_finish is not None:
            return None
        instant = open_rule.previous(at, self._anchor(at), floor)
        return self._taken_out(instant) if instant is not None else None

    def before_its_beginning(self, at: datetime) -> TakenOut | None:
        """`at` itself, if the rule's limits take it out and no slot is before it: it may come before `from`."""
        return self._taken_out(at) if self.before(at) is None else None

    def taken_out_after(self, at: datetime) -> TakenOut | None:
        """The first instant later than `at` that the rule names, if its limits take it out."""
        open_rule = self._rule.unfiltered
        if open_rule is self._rule or self._rule.after_finish is not None:
            return None
        instant = open_rule.next_after(at, self._anchor(at))
        return self._taken_out(instant) if instant is not None else None

    def _taken_out(self, instant: datetime) -> TakenOut | None:
        why = self._rule.why_not(instant)
        return TakenOut(instant, why) if why is not None else None

    def _is_named(self, slot: datetime) -> bool:
        """Whether the rule as it is now has this slot; it may have been edited since."""
        return self._rule.next_after(slot - INSTANT, self._anchor(slot)) == slot

    def _ruled(self, at: datetime) -> datetime | None:
        """By the rule as it is now, since the task was first seen."""
        state = self._state
        waiting = [item.slot for item in state.pending if item.trigger.is_slot and item.slot <= at]
        if self._rule.after_finish is not None or state.settled is None:
            return max(waiting, default=None)
        anchor = self._anchor(at)
        floor = min(state.first_seen or anchor, anchor) - INSTANT
        slot = self._rule.previous(min(at, state.settled) if self._is_used_up else at, anchor, floor)
        return max([*waiting, *([slot] if slot is not None else [])], default=None)

    def _ruled_after(self, at: datetime) -> datetime | None:
        state = self._state
        first = next_slot(self._task, state)
        if state.settled is None or at >= state.settled:
            if first is None or first > at:
                return first
            return None if self._rule.after_finish is not None else self._rule.next_after(at, self._anchor(at))
        if self._rule.after_finish is not None:
            return first
        slot = self._rule.next_after(at, self._anchor(at))
        return slot if slot is None or slot <= state.settled else first

    def _anchor(self, at: datetime) -> datetime:
        return self._state.anchor or at

    @property
    def _is_used_up(self) -> bool:
        return self._rule.count is not None and self._state.used >= self._rule.count


def _in_streak(streak: SkipRow, at: datetime) -> datetime:
    """The latest slot of a streak, of whose rule nothing is known: its slots are taken to be evenly spread."""
    step = (streak.last_slot - streak.slot) / max(1, streak.count - 1)
    return streak.slot + (at - streak.slot) // step * step
