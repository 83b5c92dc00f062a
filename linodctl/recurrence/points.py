"""Days that can be named within a week, a month or a year: `tuesday`, `day 15`, `last friday`, `easter`.

Each kind yields its dates of one period, by the period's number (see `periods`). Dates out of a period may spill into
its neighbours (`39 days after easter`), never out of order.
"""

from __future__ import annotations

from datetime import date, timedelta
from functools import lru_cache

from linodctl.recurrence.periods import days_in_month, easter, month_of
from linodctl.recurrence.words import EVERY_DAY, MONTHS, listed, ordinal, weekday_list
from linodctl.values import Value


class Points(Value):
    """One way to name days within a period."""

    @property
    def unit(self) -> str:
        """The period they are named in: week, month or year."""
        raise NotImplementedError

    @property
    def text(self) -> str:
        """As written after `on`."""
        raise NotImplementedError

    @property
    def alone(self) -> str:
        """As written when it is every period: `last friday of the month`."""
        return f"{self.unit} on {self.text}"

    def dates(self, index: int) -> tuple[date, ...]:
        """The dates of the period with this number, in order; empty when it has none."""
        raise NotImplementedError


class Weekdays(Points):
    """Days of the week, 0 for Monday, in order."""

    days: tuple[int, ...]

    @property
    def unit(self) -> str:
        return "week"

    @property
    def text(self) -> str:
        return weekday_list(self.days)

    @property
    def alone(self) -> str:
        return self.text

    def dates(self, index: int) -> tuple[date, ...]:
        monday = index * 7 + 1
        return tuple(date.fromordinal(monday + day) for day in self.days)


class MonthDays(Points):
    """Days of the month by number, -1 for the last; a month without the day has none."""

    days: tuple[int, ...]

    @property
    def unit(self) -> str:
        return "month"

    @property
    def text(self) -> str:
        numbers = [str(day) for day in self.days if day > 0]
        names = [ordinal(day) for day in self.days if day < 0]
        return listed(([f"day {', '.join(numbers)}"] if numbers else []) + ([f"{listed(names)} day"] if names else []))

    @property
    def alone(self) -> str:
        return f"{self.text} of the month" if max(self.days) < 0 else f"month on {self.text}"

    def dates(self, index: int) -> tuple[date, ...]:
        year, month = month_of(index)
        length = days_in_month(year, month)
        days = {day if day > 0 else length + 1 + day for day in self.days}
        return tuple(date(year, month, day) for day in sorted(days) if 1 <= day <= length)


class Nth(Points):
    """Some of the matching days of each month or year, by position as RFC 5545's BYSETPOS: 1 first, -1 last."""

    positions: tuple[int, ...]
    weekdays: tuple[int, ...]
    of: str

    @property
    def unit(self) -> str:
        return self.of

    @property
    def text(self) -> str:
        days = "day" if self.weekdays == EVERY_DAY else weekday_list(self.weekdays, "/")
        return f"{listed(map(ordinal, self.positions))} {days}"

    @property
    def alone(self) -> str:
        return f"{self.text} of the {self.of}"

    def dates(self, index: int) -> tuple[date, ...]:
        return _nth(self.positions, self.weekdays, self.of, index)


@lru_cache(maxsize=1024)
def _nth(positions: tuple[int, ...], weekdays: tuple[int, ...], of: str, index: int) -> tuple[date, ...]:
    if of == "month":
        first = date(*month_of(index), 1)
        length = days_in_month(first.year, first.month)
    else:
        first = date(index, 1, 1)
        length = (date(index, 12, 31) - first).days + 1
    shift = first.weekday()
    matching = [day for day in range(length) if (shift + day) % 7 in weekdays]
    chosen = {matching[at - 1 if at > 0 else at] for at in positions if -len(matching) <= at <= len(matching)}
    return tuple(first + timedelta(days=day) for day in sorted(chosen))


class YearDays(Points):
    """Dates of the year as (month, day); the 29th of February only in leap years."""

    days: tuple[tuple[int, int], ...]

    @property
    def unit(self) -> str:
        return "year"

    @property
    def text(self) -> str:
        return listed(f"{MONTHS[month - 1]} {day}" for month, day in self.days)

    def dates(self, index: int) -> tuple[date, ...]:
        return tuple(date(index, month, day) for month, day in self.days if day <= days_in_month(index, month))


class Easter(Points):
    """Easter Sunday (Gregorian), or so many days after it."""

    offset: int = 0

    @property
    def unit(self) -> str:
        return "year"

    @property
    def text(self) -> str:
        if not self.offset:
            return "easter"
        days = "1 day" if abs(self.offset) == 1 else f"{abs(self.offset)} days"
        return f"{days} {'after' if self.offset > 0 else 'before'} easter"

    @property
    def alone(self) -> str:
        return self.text

    def dates(self, index: int) -> tuple[date, ...]:
        return (easter(index) + timedelta(days=self.offset),)


class Since(Points):
    """The first matching weekday from a day of the month (or, with a month, of the year) on: Lino's way to move a
    monthly date forward to an allowed weekday. The day is clipped to a shorter month's last day."""

    weekdays: tuple[int, ...]
    day: int
    month: int | None = None

    @property
    def unit(self) -> str:
        return "month" if self.month is None else "year"

    @property
    def text(self) -> str:
        since = f"day {self.day}" if self.month is None else f"{MONTHS[self.month - 1]} {self.day}"
        return f"first {weekday_list(self.weekdays, '/')} since {since}"

    def dates(self, index: int) -> tuple[date, ...]:
        year, month = month_of(index) if self.month is None else (index, self.month)
        start = date(year, month, min(self.day, days_in_month(year, month)))
        ahead = min((weekday - start.weekday()) % 7 for weekday in self.weekdays)
        return (start + timedelta(days=ahead),)
