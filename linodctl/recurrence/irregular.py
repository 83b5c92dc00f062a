"""`5 to 10 seconds`: pauses that look random, and yet are the same after every restart."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

from linodctl.recurrence.rule import Frame, Rule, Span
from linodctl.recurrence.stable import stable_number
from linodctl.recurrence.values import times_text
from linodctl.recurrence.wall import next_fixed, wall_of
from linodctl.recurrence.words import UNIT_SECONDS

_SECOND = timedelta(seconds=1)


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

    @property
    def names_wall_times(self) -> bool:
        return self.takes_times

    def next_after(self, instant: datetime, frame: Frame) -> datetime | None:
        if self.unit in ("day", "week"):
            return self._next_day(instant, frame)
        if instant < frame.anchor:
            return frame.anchor
        return frame.anchor + self._point(self._number_beyond((instant - frame.anchor) // _SECOND)) * _SECOND

    def summary(self, after: datetime, until: datetime, frame: Frame) -> Span | None:
        """Counted by the numbers of the points; days are walked."""
        if self.unit in ("day", "week"):
            return Rule.summary(self, after, until, frame)
        if until < frame.anchor:
            return None
        first = self._number_beyond((after - frame.anchor) // _SECOND)
        last = self._number_beyond((until - frame.anchor) // _SECOND) - 1
        if last < first:
            return None
        slots = (frame.anchor + self._point(number) * _SECOND for number in (first, last))
        return Span(next(slots), next(slots), last - first + 1)

    def _next_day(self, instant: datetime, frame: Frame) -> datetime | None:
        if not self.times and instant < frame.anchor:
            return frame.anchor
        start = wall_of(frame.anchor, frame.zone)
        times = self.times or (start.time(),)

        def next_wall(wall: datetime) -> datetime | None:
            number = self._number_beyond((wall.date() - start.date()).days - 1)
            while (ordinal := start.toordinal() + self._point(number)) <= date.max.toordinal():
                for at in times:
                    candidate = datetime.combine(date.fromordinal(ordinal), at)
                    if candidate > wall and (number > 0 or frame.given):
                        return candidate
                number += 1
            return None

        return next_fixed(instant, frame.zone, next_wall)

    def _number_beyond(self, grains: int) -> int:
        """The number of the first point later than so many grains (seconds or days) after the anchor."""
        number = max(2 * grains // ((self.low + self.high) * self._grains_per_unit()) - 1, 0)
        while self._point(number) <= grains:
            number += 1
        return number

    def _point(self, number: int) -> int:
        """Point k in grains, computed in quarters so that everything is whole."""
        size = self._grains_per_unit()
        reach = (self.high - self.low) * size
        shift = stable_number(self.seed, number) % (2 * reach + 1) - reach if number else 0
        return (2 * number * (self.low + self.high) * size + shift) // 4

    def _grains_per_unit(self) -> int:
        return {"day": 1, "week": 7}.get(self.unit) or UNIT_SECONDS[self.unit]
