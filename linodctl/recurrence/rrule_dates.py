"""The date parts of an RRULE, looked at date by date: none of its slots lies on a date that misses one of them.

dateutil would search a rule whose dates never come (the 30th of February) up to the year 9999, second by second.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from linodctl.recurrence.periods import days_in_month

DATE_PARTS = ("bymonth", "bymonthday", "byyearday", "byweekday")


class Dates:
    """BYMONTH, BYMONTHDAY, BYYEARDAY and BYDAY, of which a date has to meet each that is given."""

    __slots__ = ("_month_days", "_months", "_weekdays", "_year_days")

    def __init__(self, parts: Mapping[str, Any]) -> None:
        self._months = frozenset(parts.get("bymonth", ()))
        self._month_days = frozenset(parts.get("bymonthday", ()))
        self._year_days = frozenset(parts.get("byyearday", ()))
        self._weekdays = frozenset(day.weekday for day in parts.get("byweekday", ()))

    def first(self, day: date, last: date) -> date | None:
        """The first date from `day` to `last` that meets all."""
        while day <= last:
            if self._meets(day):
                return day
            day += timedelta(days=1)
        return None

    def _meets(self, day: date) -> bool:
        if self._months and day.month not in self._months:
            return False
        if self._weekdays and day.weekday() not in self._weekdays:
            return False
        if self._month_days and self._month_days.isdisjoint(
            (day.day, day.day - days_in_month(day.year, day.month) - 1)
        ):
            return False
        if not self._year_days:
            return True
        number, length = day.timetuple().tm_yday, date(day.year, 12, 31).timetuple().tm_yday
        return not self._year_days.isdisjoint((number, number - length - 1))
