"""`monday`, `month on day 15 at 06:00`, `last friday of the month`, `2 weeks on tuesday`, `easter`: named days."""

from __future__ import annotations

from datetime import datetime, time

from linodctl.recurrence.periods import INDEX_OF, LAST_INDEX
from linodctl.recurrence.points import Points
from linodctl.recurrence.rule import Frame, Rule
from linodctl.recurrence.values import MIDNIGHT, times_text
from linodctl.recurrence.wall import TICK, next_fixed, wall_of
from linodctl.recurrence.words import counted

_PATIENCE = 130
"""Periods looked at before a rule counts as empty: the 29th of February on every other rhythm comes sooner."""


class Dated(Rule):
    """At `times` on named days of every week, month or year, or of every n-th one.

    The anchor doesn't matter when it is every period. Else the period that holds the first such day not before the
    anchor (or `from`) begins the count.
    """

    every: int
    points: Points
    times: tuple[time, ...] = (MIDNIGHT,)

    @property
    def text(self) -> str:
        points = self.points
        days = points.alone if self.every == 1 else f"{counted(self.every, points.unit)} on {points.text}"
        return days + times_text(self.times)

    @property
    def takes_times(self) -> bool:
        return True

    @property
    def names_wall_times(self) -> bool:
        return True

    def next_after(self, instant: datetime, frame: Frame) -> datetime | None:
        phase = 0
        if self.every > 1:
            first = self._next_wall(wall_of(frame.anchor, frame.zone) - TICK, 1, 0)
            if first is None:
                return None
            phase = self._period_of(first)
        return next_fixed(instant, frame.zone, lambda wall: self._next_wall(wall, self.every, phase))

    def _period_of(self, point: datetime) -> int:
        """The number of the period that yields this date; days that spill over belong to a neighbour."""
        index = INDEX_OF[self.points.unit](point.date())
        return next((at for at in (index, index - 1, index + 1) if point.date() in self.points.dates(at)), index)

    def _next_wall(self, wall: datetime, every: int, phase: int) -> datetime | None:
        index = INDEX_OF[self.points.unit](wall.date()) - 1  # days can spill over from the period before
        index += (phase - index) % every
        last = min(LAST_INDEX[self.points.unit], index + (_PATIENCE + 1) * every)
        while index <= last:
            for day in self.points.dates(index):
                if day >= wall.date():
                    for at in self.times:
                        candidate = datetime.combine(day, at)
                        if candidate > wall:
                            return candidate
            index += every
        return None
