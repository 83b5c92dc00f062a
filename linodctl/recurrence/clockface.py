"""`hour at :30` and `minute at :17`: marks on the clock's face, which follow it through every change."""

from __future__ import annotations

from datetime import datetime, timedelta

from linodctl.recurrence.counting import count_by_day
from linodctl.recurrence.rule import Frame, Rule, Span
from linodctl.recurrence.wall import TICK, next_following, wall_of
from linodctl.recurrence.words import UNIT_SECONDS, counted


class Clockface(Rule):
    """Each time the wall clock shows one of `marks`, in seconds past the full hour (or minute).

    `2 hours at :30` counts two hours of elapsed time from the anchor's hour and then waits for the mark; its first slot
    is one step after the anchor's hour, as in `schedule`, or with a `from` in that hour itself.
    """

    every: int
    unit: str
    marks: tuple[int, ...]

    @property
    def text(self) -> str:
        return f"{counted(self.every, self.unit)} at {', '.join(map(self._mark_text, self.marks))}"

    def next_after(self, instant: datetime, frame: Frame) -> datetime | None:
        if self.every == 1:
            return next_following(instant, frame.zone, self._next_wall)
        slots = [self._on_grid(instant, mark, frame) for mark in self.marks]
        return min((slot for slot in slots if slot is not None), default=None)

    def summary(self, after: datetime, until: datetime, frame: Frame) -> Span | None:
        if self.every > 1:
            return Rule.summary(self, after, until, frame)
        marks = len(self.marks) * 86400 // UNIT_SECONDS[self.unit]
        return count_by_day(self, after, until, frame, lambda day: marks)

    def _next_wall(self, wall: datetime) -> datetime:
        full = self._full(wall)
        for mark in self.marks:
            candidate = full + timedelta(seconds=mark)
            if candidate > wall:
                return candidate
        return full + timedelta(seconds=UNIT_SECONDS[self.unit] + self.marks[0])

    def _on_grid(self, instant: datetime, mark: int, frame: Frame) -> datetime | None:
        """The next slot of one mark: a grid of elapsed time, each point moved on until the clock shows the mark."""
        shown = wall_of(frame.anchor, frame.zone)
        start = frame.anchor - (shown - self._full(shown)) + timedelta(seconds=mark)
        step = timedelta(seconds=self.every * UNIT_SECONDS[self.unit])
        number = max((instant - start) // step - 1, 0 if frame.given else 1)
        one = Clockface(1, self.unit, (mark,))
        while True:
            slot = next_following(start + number * step - TICK, frame.zone, one._next_wall)
            if slot is None or slot > instant:
                return slot
            number += 1

    def _full(self, wall: datetime) -> datetime:
        """The full hour or minute not later than `wall`."""
        full = wall.replace(second=0, microsecond=0)
        return full.replace(minute=0) if self.unit == "hour" else full

    def _mark_text(self, mark: int) -> str:
        minute, second = divmod(mark, 60)
        if self.unit == "minute" or not second:
            return f":{second if self.unit == 'minute' else minute:02}"
        return f"{minute:02}:{second:02}"
