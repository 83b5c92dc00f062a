"""`5 to 10 seconds`: pauses that look random, and yet are the same after every restart."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from linodctl.recurrence.rule import Frame, Rule
from linodctl.recurrence.stable import stable_number
from linodctl.recurrence.values import times_text
from linodctl.recurrence.wall import next_fixed, wall_of
from linodctl.recurrence.words import UNIT_SECONDS


@dataclass(frozen=True, slots=True)
class Irregular(Rule):
    """Every pause lies between `low` and `high` units, both included.

    Point k lies at k·(low+high)/2, moved by at most (high-low)/4 either way by a hash of `seed` and k, and rounded down
    to whole seconds (whole days for days and weeks). Two neighbours are then never nearer than `low` nor farther than
    `high`, and finding the next one needs no history. Seconds to hours are elapsed time; days and weeks are
    wall-clock time at the anchor's time of day or at `times`.
    """

    low: int
    high: int
    unit: str
    seed: int
    times: tuple[time, ...] = ()

    @property
    def text(self) -> str:
        at = times_text(self.times) or (" at 00:00" if self.times else "")
        return f"{self.low} to {self.high} {self.unit}s{at}"

    @property
    def is_bare(self) -> bool:
        return not self.times

    @property
    def in_seconds(self) -> bool:
        return self.unit == "second"

    @property
    def takes_times(self) -> bool:
        return self.unit in ("day", "week")

    def next_after(self, instant: datetime, frame: Frame) -> datetime | None:
        if self.unit in ("day", "week"):
            return self._next_day(instant, frame)
        if instant < frame.anchor:
            return frame.anchor
        grain = timedelta(seconds=1)
        return frame.anchor + self._beyond((instant - frame.anchor) // grain) * grain

    def _next_day(self, instant: datetime, frame: Frame) -> datetime | None:
        if not self.times and instant < frame.anchor:
            return frame.anchor
        start = wall_of(frame.anchor, frame.zone)
        times = self.times or (start.time(),)

        def next_wall(wall: datetime) -> datetime | None:
            days = self._beyond((wall.date() - start.date()).days - 1)
            while start.toordinal() + days <= date.max.toordinal():
                day = date.fromordinal(start.toordinal() + days)
                for at in times:
                    candidate = datetime.combine(day, at)
                    if candidate > wall and (days > 0 or frame.given):
                        return candidate
                days = self._beyond(days)
            return None

        return next_fixed(instant, frame.zone, next_wall)

    def _beyond(self, grains: int) -> int:
        """The first point later than so many grains (seconds or days) after the anchor."""
        size = self._grains_per_unit()
        number = max(2 * grains // ((self.low + self.high) * size) - 1, 0)
        while True:
            point = self._point(number, size)
            if point > grains:
                return point
            number += 1

    def _point(self, number: int, size: int) -> int:
        """Point k in grains, computed in quarters so that everything is whole."""
        reach = (self.high - self.low) * size
        shift = stable_number(self.seed, number) % (2 * reach + 1) - reach if number else 0
        return (2 * number * (self.low + self.high) * size + shift) // 4

    def _grains_per_unit(self) -> int:
        return {"day": 1, "week": 7}.get(self.unit) or UNIT_SECONDS[self.unit]
