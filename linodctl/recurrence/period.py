"""`day`, `2 weeks`, `month`, `2 days at 10:30`: wall-clock time, counted in days or months from the anchor's date."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

from linodctl.recurrence.periods import month_after, month_index
from linodctl.recurrence.rule import Frame, Rule
from linodctl.recurrence.values import times_text
from linodctl.recurrence.wall import next_fixed, wall_of
from linodctl.recurrence.words import UNIT_SECONDS, counted

_DAYS = {"day": 1, "week": 7}
_MONTHS = {"month": 1, "year": 12}


class Period(Rule):
    """Every so many days, weeks, months or years from the anchor's date, at `times` or the anchor's time of day.

    Months and years keep the anchor's day, clipped to a shorter month's last day without drifting. Without times the
    anchor itself is the first slot. With times, `day at 10:30` ignores the anchor, and `2 days at 10:30` begins two
    days after the anchor's date, as in `schedule`; with a `from` it begins on that date.
    """

    every: int
    unit: str
    times: tuple[time, ...] = ()

    @property
    def text(self) -> str:
        at = times_text(self.times) or (" at 00:00" if self.times else "")
        return counted(self.every, self.unit) + at

    @property
    def is_bare(self) -> bool:
        return not self.times

    @property
    def step(self) -> timedelta | None:
        if self.times or self.unit in _MONTHS:
            return None
        return timedelta(seconds=self.every * UNIT_SECONDS[self.unit])

    @property
    def takes_times(self) -> bool:
        return True

    @property
    def names_wall_times(self) -> bool:
        return True

    def next_after(self, instant: datetime, frame: Frame) -> datetime | None:
        if not self.times and instant < frame.anchor:
            return frame.anchor
        start = wall_of(frame.anchor, frame.zone)
        times = self.times or (start.time(),)
        least = self._first_step(frame)

        def next_wall(wall: datetime) -> datetime | None:
            step = self._steps_between(start.date(), wall.date())
            if least is not None:
                step = max(step, least)
            while True:
                day = self._date(start.date(), step)
                if day is None:
                    return None
                for at in times:
                    candidate = datetime.combine(day, at)
                    if candidate > wall:
                        return candidate
                step += 1

        return next_fixed(instant, frame.zone, next_wall)

    def _first_step(self, frame: Frame) -> int | None:
        """The number of the grid's first point that is a slot; None when the grid has no beginning."""
        if not self.times:
            return 1  # step 0, the anchor itself, has been dealt with
        if self.every == 1 and self.unit == "day":
            return None
        return 0 if frame.given or self.every == 1 else 1

    def _steps_between(self, start: date, day: date) -> int:
        """How many whole steps lie between two dates, rounded down."""
        if self.unit in _DAYS:
            return (day - start).days // (self.every * _DAYS[self.unit])
        return (month_index(day) - month_index(start)) // (self.every * _MONTHS[self.unit])

    def _date(self, start: date, step: int) -> date | None:
        """The date after so many steps; None beyond the calendar's end."""
        if self.unit in _DAYS:
            ordinal = start.toordinal() + step * self.every * _DAYS[self.unit]
            return date.fromordinal(ordinal) if 1 <= ordinal <= date.max.toordinal() else None
        return month_after(start, step * self.every * _MONTHS[self.unit])
