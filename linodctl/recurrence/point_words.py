"""The words after `on`: days of a week, a month or a year, read into `points`."""

from __future__ import annotations

from linodctl.recurrence.cursor import Cursor
from linodctl.recurrence.points import Easter, MonthDays, Nth, Points, Since, Weekdays, YearDays
from linodctl.recurrence.words import (
    EVERY_DAY,
    GROUP_WORDS,
    LONGEST_MONTH,
    MONTH_WORDS,
    ORDINALS,
    WEEKDAY_WORDS,
    read_ordinal,
)

_DAY_WORDS = [*WEEKDAY_WORDS, *GROUP_WORDS]
_AFTER_A_DATE = ("", "of", "at", "in", "from", "until", "or", ")")


def points_of(cursor: Cursor, unit: str) -> Points:
    """The days named after `on` in a rule of weeks, months or years."""
    if unit == "week":
        return Weekdays(weekdays(cursor))
    cursor.accept("the")
    return _month_points(cursor) if unit == "month" else _year_points(cursor)


def weekdays(cursor: Cursor) -> tuple[int, ...]:
    """`monday`, `monday, friday and sunday`, `weekday`: sorted, without doubles."""
    days = set(day_group(cursor, every_day=False))
    while cursor.another(lambda steps: is_group(cursor.ahead(steps))):
        days |= set(day_group(cursor, every_day=False))
    return tuple(sorted(days))


def day_group(cursor: Cursor, *, every_day: bool = True) -> tuple[int, ...]:
    """One word for a set of days: `friday`, `monday/friday`, `monday-friday`, `weekday`, or `day` for all."""
    if every_day and cursor.accept("day", "days"):
        return EVERY_DAY
    if not is_group(cursor.word):
        cursor.unknown(_DAY_WORDS + (["day"] if every_day else []))
    word = cursor.take().text
    return GROUP_WORDS.get(word) or tuple(sorted(set().union(*map(_days_between, word.split("/")))))


def is_group(word: str) -> bool:
    """Whether `day_group` knows the word, `day` apart."""
    parts = word.replace("-", "/").split("/")
    return word in GROUP_WORDS or (word.count("-") < 2 and all(part in WEEKDAY_WORDS for part in parts))


def _days_between(word: str) -> set[int]:
    """The days of `friday` or `friday-monday`."""
    first, _, last = word.partition("-")
    start, end = WEEKDAY_WORDS[first], WEEKDAY_WORDS[last or first]
    return {(start + step) % 7 for step in range((end - start) % 7 + 1)}


def group_of(cursor: Cursor, places: tuple[int, ...]) -> tuple[int, ...]:
    """The days that positions count: `friday` of `first friday`; all of them where `the 15th` stands alone."""
    alone = min(places) > 0 and cursor.word in _AFTER_A_DATE
    return EVERY_DAY if alone else day_group(cursor)


def positions(cursor: Cursor) -> tuple[int, ...]:
    """`first`, `first and last`, `second last`: in the order of the calendar, as far as it is known."""
    found = {_position(cursor)}
    while cursor.another(lambda steps: read_ordinal(cursor.ahead(steps)) is not None):
        found.add(_position(cursor))
    return tuple(sorted(found, key=lambda place: (place < 0, place)))


def positioned(cursor: Cursor, places: tuple[int, ...], group: tuple[int, ...], unit: str, at: int) -> Points:
    """The points that positions, which stand at column `at`, name within a month or year."""
    if cursor.accept("since"):
        if places != (1,):
            cursor.fail("only 'first' can stand with 'since'")
        return _since(cursor, group, unit)
    if group == EVERY_DAY and unit == "month":
        if max(map(abs, places)) > LONGEST_MONTH:
            cursor.fail(f"no month has more than {LONGEST_MONTH} days", at=at)
        return MonthDays(places)
    return Nth(places, group, unit)


def month_days(cursor: Cursor) -> MonthDays:
    """`15`, `1, 15 and last day`: what follows `day`, and what follows that."""
    days: set[int] = set()
    while True:
        place = cursor.place
        number = cursor.number()
        if number is None:
            days |= set(positions(cursor))
            cursor.expect("day", "days")
        elif number > LONGEST_MONTH:
            cursor.fail(f"no month has a day {number}", at=place)
        else:
            days.add(number)
        if not cursor.another(lambda steps: _is_month_day(cursor, steps)):
            return MonthDays(tuple(sorted(days, key=lambda day: (day < 0, day))))
        if cursor.word == "day":
            cursor.take()


def _month_points(cursor: Cursor) -> Points:
    if cursor.accept("day", "days") or cursor.word.isdecimal():
        if not cursor.word.isdecimal():
            cursor.fail("the number of the day is missing")
        return month_days(cursor)
    if read_ordinal(cursor.word) is None:
        cursor.unknown(["day", "last", *ORDINALS])
    place = cursor.place
    places = positions(cursor)
    points = positioned(cursor, places, group_of(cursor, places), "month", place)
    if isinstance(points, MonthDays) and cursor.another(lambda steps: _is_month_day(cursor, steps)):
        cursor.accept("day")
        further = month_days(cursor)
        return MonthDays(tuple(sorted({*points.days, *further.days}, key=lambda day: (day < 0, day))))
    return points


def _year_points(cursor: Cursor) -> Points:
    place = cursor.place
    if cursor.accept("easter"):
        return Easter()
    if cursor.word.isdecimal() and cursor.ahead(1) in ("day", "days"):
        days = cursor.number() or 1
        cursor.take()
        sign = -1 if cursor.word == "before" else 1
        cursor.expect("after", "before")
        cursor.expect("easter")
        return easter_offset(cursor, sign * days, place)
    if read_ordinal(cursor.word) is not None:
        return positioned(cursor, positions(cursor), day_group(cursor), "year", place)
    found = {_date_of_year(cursor)}
    while cursor.another(lambda steps: cursor.ahead(steps) in MONTH_WORDS):
        found.add(_date_of_year(cursor))
    return YearDays(tuple(sorted(found)))


def easter_offset(cursor: Cursor, days: int, place: int) -> Easter:
    """So many days from Easter, at most half a year."""
    if abs(days) > 180:
        cursor.fail(f"{abs(days)} days is too far from easter (at most 180)", at=place)
    return Easter(days)


def _date_of_year(cursor: Cursor) -> tuple[int, int]:
    """`december 24` or `24 december`."""
    place = cursor.place
    day = cursor.number()
    month = MONTH_WORDS.get(cursor.word)
    if month is None:
        cursor.unknown([*MONTH_WORDS, "easter", "last", *ORDINALS])
    cursor.take()
    day = cursor.number() if day is None else day
    if day is None:
        cursor.fail("the day of the month is missing")
    if day > (29 if month == 2 else 30 if month in (4, 6, 9, 11) else 31):
        cursor.fail("there is no such date", at=place)
    return month, day


def _since(cursor: Cursor, group: tuple[int, ...], unit: str) -> Since:
    if unit == "year":
        month, day = _date_of_year(cursor)
        return Since(group, day, month)
    cursor.accept("day")
    day_number = cursor.number()
    if day_number is None or day_number > LONGEST_MONTH:
        cursor.fail("a day of the month is missing")
    return Since(group, day_number)


def _position(cursor: Cursor) -> int:
    place = read_ordinal(cursor.word)
    if place is None:
        cursor.unknown([*ORDINALS, "last"])
    cursor.take()
    return -place if place > 0 and cursor.accept("last") else place


def _is_month_day(cursor: Cursor, steps: int) -> bool:
    """Whether `15`, `day 15` or `last day` stands there (and not `5 times`)."""
    word, after = cursor.ahead(steps), cursor.ahead(steps + 1)
    if word.isdecimal():
        return after not in ("times", "time")
    return (word == "day" and after.isdecimal()) or read_ordinal(word) is not None
