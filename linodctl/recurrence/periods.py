"""Weeks, months and years as running numbers, so that "every third month" is arithmetic."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

LAST_MONTH = date.max.year * 12 + 11


def week_index(day: date) -> int:
    """The number of the week, Monday first, since the calendar's first Monday (0001-01-01)."""
    return (day.toordinal() - 1) // 7


def month_index(day: date) -> int:
    return day.year * 12 + day.month - 1


def year_index(day: date) -> int:
    return day.year


INDEX_OF: dict[str, Callable[[date], int]] = {"week": week_index, "month": month_index, "year": year_index}
"""How to number the periods of a unit."""

LAST_INDEX = {"week": week_index(date.max) - 1, "month": LAST_MONTH, "year": date.max.year}


def month_of(index: int) -> tuple[int, int]:
    """Year and month of a month's number."""
    year, month = divmod(index, 12)
    return year, month + 1


def days_in_month(year: int, month: int) -> int:
    return 31 if month == 12 else (date(year, month + 1, 1) - date(year, month, 1)).days


def month_after(start: date, months: int) -> date | None:
    """The date so many months later: the same day, or the last day of a shorter month; None beyond the calendar."""
    index = month_index(start) + months
    if not 12 <= index <= LAST_MONTH:
        return None
    year, month = month_of(index)
    day = start.day if start.day <= 28 else min(start.day, days_in_month(year, month))
    return date(year, month, day)


def easter(year: int) -> date:
    """Easter Sunday of the Gregorian calendar, by the method of Meeus, Jones and Butcher."""
    century, rest = divmod(year, 100)
    moon = (19 * (year % 19) + century - century // 4 - (century - (century + 8) // 25 + 1) // 3 + 15) % 30
    weekday = (32 + 2 * (century % 4) + 2 * (rest // 4) - moon - rest % 4) % 7
    shift = (year % 19 + 11 * moon + 22 * weekday) // 451
    month, day = divmod(moon + weekday - 7 * shift + 114, 31)
    return date(year, month, day + 1)
