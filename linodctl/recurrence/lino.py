"""Lino's fields: `every` and `every_unit`, weekday flags, positions, start and end; each becomes an ordinary rule.

`UNITS` maps each `every_unit` to the function that reads it. docs/recurrence.md has the definitions as a table.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, datetime, time, timedelta
from typing import Any, TypeVar

from linodctl.recurrence.around import Window
from linodctl.recurrence.dated import Dated
from linodctl.recurrence.interval import Interval
from linodctl.recurrence.modifiers import Limits
from linodctl.recurrence.period import Period
from linodctl.recurrence.periods import easter
from linodctl.recurrence.points import Easter, MonthDays, Nth, Since, Weekdays
from linodctl.recurrence.problem import RuleError
from linodctl.recurrence.rule import Rule
from linodctl.recurrence.simple import Never, Once
from linodctl.recurrence.values import DAY_END, MIDNIGHT, read_date, read_time
from linodctl.recurrence.words import EVERY_DAY, LONGEST_MONTH, WEEKDAYS, nearest
from linodctl.values import Value

T = TypeVar("T")


class Fields(Value):
    """Lino's fields, read and checked one by one."""

    every: int
    unit: str
    days: tuple[int, ...]
    """The weekdays whose flag is set, 0 for Monday."""
    positions: tuple[int, ...]
    start_date: date | None
    start_time: time | None
    end_time: time | None

    @property
    def clock(self) -> time:
        """The time of day of a rule that names days: 00:00 unless `start_time` says otherwise."""
        return self.start_time or MIDNIGHT

    @property
    def at(self) -> tuple[time, ...]:
        return (self.clock,)

    @property
    def bare_at(self) -> tuple[time, ...]:
        """The time of day of a rule that names no day: none keeps the anchor's."""
        return () if self.start_time is None else (self.start_time,)

    @property
    def start(self) -> datetime | None:
        """The first instant of `start_date`."""
        return None if self.start_date is None else datetime.combine(self.start_date, MIDNIGHT)


def read_lino(given: dict[str, Any]) -> tuple[Rule, Limits]:
    """The rule of Lino's fields and its limits; `start_date` is taken out of `given`, the grid's start is in the
    limits. `end_date` and `max_events` are left to the ordinary options, whose synonyms they are."""
    fields = _fields(given)
    given.pop("start_date", None)
    rule, limits = UNITS[fields.unit](fields)
    if fields.positions and fields.unit not in ("weekly", "per_weekday", "monthly", "yearly"):
        raise RuleError(f"positions mean nothing with every_unit {fields.unit}", key="positions")
    return rule, limits


# --- the units ---------------------------------------------------------------------------------------


def _once(fields: Fields) -> tuple[Rule, Limits]:
    """Once at start_date and start_time, moved on to the first allowed weekday; asap without a date."""
    if fields.start_date is None:
        if fields.start_time or fields.days:
            raise RuleError("'once' needs a start_date to go with its start_time or weekdays", key="start_date")
        return Once(), Limits()
    day = fields.start_date
    while fields.days and day.weekday() not in fields.days:
        day += timedelta(days=1)
    return Once(datetime.combine(day, fields.clock)), Limits()


def _never(fields: Fields) -> tuple[Rule, Limits]:
    return Never(), Limits()


def _elapsed(fields: Fields) -> tuple[Rule, Limits]:
    """Seconds to hours: start_time and end_time bound the window of the day, the flags its weekdays."""
    unit = {"secondly": "second", "minutely": "minute", "hourly": "hour"}[fields.unit]
    limits = Limits(on=fields.days or None, windows=_window(fields))
    if fields.start_date is not None:
        limits.start = datetime.combine(fields.start_date, fields.clock)
    return Interval(fields.every, unit), limits


def _daily(fields: Fields) -> tuple[Rule, Limits]:
    return Period(fields.every, "day", fields.bare_at), Limits(start=fields.start, on=fields.days or None)


def _weekly(fields: Fields) -> tuple[Rule, Limits]:
    """Every flagged weekday of each n-th week; without flags the anchor's weekday."""
    if not fields.days and not fields.positions:
        return Period(fields.every, "week", fields.bare_at), Limits(start=fields.start)
    days = fields.days or EVERY_DAY
    if fields.positions:
        chosen = {days[at - 1 if at > 0 else at] for at in fields.positions if -len(days) <= at <= len(days)}
        if not chosen:
            raise RuleError(f"a week with {len(days)} such days has no such position", key="positions")
        days = tuple(sorted(chosen))
    return Dated(fields.every, Weekdays(days), fields.at), Limits(start=fields.start)


def _per_weekday(fields: Fields) -> tuple[Rule, Limits]:
    if not fields.days:
        raise RuleError("every_unit per_weekday needs a weekday, like monday: true", key="every_unit")
    return _weekly(fields)


def _monthly(fields: Fields) -> tuple[Rule, Limits]:
    """By position among the flagged days, as BYSETPOS; else the anchor's day, moved on to a flagged weekday."""
    limits = Limits(start=fields.start)
    if fields.positions:
        if max(map(abs, fields.positions)) > LONGEST_MONTH:
            raise RuleError(f"no month has so many days; its positions are 1 to {LONGEST_MONTH}", key="positions")
        days = fields.days or EVERY_DAY
        points = MonthDays(fields.positions) if days == EVERY_DAY else Nth(fields.positions, days, "month")
        return Dated(fields.every, points, fields.at), limits
    if fields.days:
        day = fields.start_date.day if fields.start_date else 1
        return Dated(fields.every, Since(fields.days, day), fields.at), limits
    return Period(fields.every, "month", fields.bare_at), limits


def _yearly(fields: Fields) -> tuple[Rule, Limits]:
    limits = Limits(start=fields.start)
    if fields.positions:
        return Dated(fields.every, Nth(fields.positions, fields.days or EVERY_DAY, "year"), fields.at), limits
    if fields.days:
        start = fields.start_date or date(2000, 1, 1)
        return Dated(fields.every, Since(fields.days, start.day, start.month), fields.at), limits
    return Period(fields.every, "year", fields.bare_at), limits


def _easter(fields: Fields) -> tuple[Rule, Limits]:
    """As many days from each Easter as start_date is from its year's Easter; on Easter Sunday without one."""
    offset = 0 if fields.start_date is None else (fields.start_date - easter(fields.start_date.year)).days
    if abs(offset) > 180:
        raise RuleError("start_date is more than 180 days from Easter", key="start_date")
    return Dated(fields.every, Easter(offset), fields.at), Limits(start=fields.start, on=fields.days or None)


UNITS: dict[str, Callable[[Fields], tuple[Rule, Limits]]] = {
    "once": _once,
    "never": _never,
    "secondly": _elapsed,
    "minutely": _elapsed,
    "hourly": _elapsed,
    "daily": _daily,
    "weekly": _weekly,
    "monthly": _monthly,
    "yearly": _yearly,
    "per_weekday": _per_weekday,
    "easter": _easter,
}
"""Each `every_unit` and what it means."""


# --- reading the fields ------------------------------------------------------------------------------


def _fields(given: Mapping[str, Any]) -> Fields:
    days = tuple(number for number, name in enumerate(WEEKDAYS) if _flag(given, name))
    unit = given.get("every_unit", "per_weekday" if days else None)
    if unit is None:
        raise RuleError("every_unit is missing (daily, hourly, …)", key="every_unit")
    if not isinstance(unit, str) or unit not in UNITS:
        near = nearest(str(unit), UNITS)
        hint = f"did you mean {near!r}?" if near else f"one of {', '.join(UNITS)}"
        raise RuleError(f"{unit!r} is not a unit ({hint})", str(unit), 0, key="every_unit")
    return Fields(
        every=_every(given),
        unit=unit,
        days=days,
        positions=_positions(given),
        start_date=_read(given, "start_date", read_date),
        start_time=_read(given, "start_time", read_time),
        end_time=_read(given, "end_time", lambda value: read_time(value, end=True)),
    )


def _flag(given: Mapping[str, Any], key: str) -> bool:
    value = given.get(key, False)
    if not isinstance(value, bool):
        raise RuleError(f"{value!r} is not true or false", str(value), 0, key=key)
    return value


def _every(given: Mapping[str, Any]) -> int:
    value = given.get("every", 1)
    if isinstance(value, bool) or not str(value).strip().isdecimal() or not 0 < int(value) <= 10_000_000:
        raise RuleError(
            f"beside every_unit, start_time or weekdays 'every' is a whole number from 1 on, not {value!r}"
            " (to limit a phrase to weekdays write on: [monday])",
            str(value), 0, key="every",
        )  # fmt: skip
    return int(value)


def _positions(given: Mapping[str, Any]) -> tuple[int, ...]:
    """`"1 -1"`, a number, or a list of numbers."""
    value = given.get("positions", ())
    parts = value if isinstance(value, (list, tuple)) else str(value).replace(",", " ").split()
    try:
        found = {int(str(part)) for part in parts}
    except ValueError:
        found = {0}
    if any(not 0 < abs(position) <= 366 for position in found):
        raise RuleError(f'{value!r} are not positions (write numbers like "1 -1")', str(value), 0, key="positions")
    return tuple(sorted(found, key=lambda position: (position < 0, position)))


def _window(fields: Fields) -> tuple[Window, ...] | None:
    if fields.start_time is None and fields.end_time is None:
        return None
    return (Window(fields.start_time or MIDNIGHT, fields.end_time or DAY_END),)


def _read(given: Mapping[str, Any], key: str, read: Callable[[Any], T]) -> T | None:
    if key not in given:
        return None
    try:
        return read(given[key])
    except ValueError as error:
        raise RuleError(str(error), str(given[key]), 0, key=key) from None
