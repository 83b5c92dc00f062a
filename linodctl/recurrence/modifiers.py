"""The words after a rule: `at`, `in`, `from`, `until`, `between`, `only on`, `except`, `spread` and so on.

`MODIFIERS` maps each first word to its reader: a new one is a function here, a line there, and a field of `Limits`.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from zoneinfo import ZoneInfo

from msgspec import Struct

from linodctl.recurrence.around import Around, Window
from linodctl.recurrence.bounded import Bounded
from linodctl.recurrence.clockface import Clockface
from linodctl.recurrence.cursor import Cursor
from linodctl.recurrence.dated import Dated
from linodctl.recurrence.days_off import DaysOff, read_days_off
from linodctl.recurrence.interval import Interval
from linodctl.recurrence.irregular import Irregular
from linodctl.recurrence.period import Period
from linodctl.recurrence.point_words import weekdays
from linodctl.recurrence.rule import Rule
from linodctl.recurrence.stable import stable_number
from linodctl.recurrence.values import Moment, pattern, read_duration, read_time
from linodctl.recurrence.wall import zone_of
from linodctl.recurrence.words import nearest
from linodctl.values import replace


class Limits(Struct):
    """What has been said around a rule so far, in a phrase or by options; None is nothing. Filled word by word."""

    zone: str | None = None
    start: Moment | None = None
    until: Moment | None = None
    windows: tuple[Window, ...] | None = None
    on: tuple[int, ...] | None = None
    off: tuple[DaysOff, ...] | None = None
    spread: timedelta | None = None
    count: int | None = None
    from_finish: bool | None = None

    def __bool__(self) -> bool:
        return self != Limits()

    def around(self, name: str) -> Around:
        """The part that belongs to a rule; `name` of the task settles its share of `spread`."""
        return Around(
            start=self.start,
            until=self.until,
            windows=self.windows or (),
            on=self.on or (),
            off=self.off or (),
            spread=self.spread or timedelta(0),
            shift=_share(self.spread, name),
            zone=self.zone,
        )

    def wrap(self, cursor: Cursor, rule: Rule) -> Rule:
        """A rule in brackets with its own limits. Raises for those that only a whole recurrence can have."""
        if self.count is not None or self.from_finish:
            cursor.fail("'times' and 'after finish' belong to the whole recurrence, not to one of several rules")
        return Bounded(rule, self.around(cursor.name)) if self else rule


def read_modifiers(cursor: Cursor, rule: Rule) -> tuple[Rule, Limits]:
    """All modifiers that follow; `at` changes the rule itself."""
    limits = Limits()
    timed = False
    while True:
        place = cursor.place
        cursor.accept(",")
        if cursor.word == "at":
            if timed:
                cursor.fail("'at' stands here twice")
            rule, timed = _at(cursor, rule), True
        elif at_count(cursor):
            _set(cursor, limits, "count", cursor.number(), place)
            cursor.take()
        elif at_zone(cursor):
            _set(cursor, limits, "zone", cursor.value(read_zone), place)
        elif cursor.word in MODIFIERS:
            field, read = MODIFIERS[cursor.word]
            cursor.take()
            _set(cursor, limits, field, read(cursor), place)
        else:
            return rule, limits


def read_zone(name: str) -> str:
    """The name of a zone that exists. Raises ValueError with a sentence and the nearest name."""
    try:
        zone: ZoneInfo = zone_of(name)
    except (KeyError, ValueError, OSError, TypeError):
        from zoneinfo import available_timezones

        names = {known.lower(): known for known in available_timezones()}
        near = names.get(str(name).lower()) or names.get(nearest(str(name), names) or "")
        hint = f" (did you mean {near!r}?)" if near else " (write a name like Europe/Tallinn)"
        raise ValueError(f"{name!r} is not a known time zone{hint}") from None
    return zone.key


def at_zone(cursor: Cursor) -> bool:
    """Whether the next word can only be a zone: `Europe/Amsterdam`, `UTC`."""
    word = cursor.word
    return word == "utc" or pattern(r"[a-z_]+/[a-z0-9_/+-]+").fullmatch(word) is not None


def at_count(cursor: Cursor) -> bool:
    """Whether `5 times` comes next."""
    return cursor.word.isdecimal() and cursor.ahead(1) in ("times", "time")


def read_windows(cursor: Cursor) -> tuple[Window, ...]:
    """`08:00-18:00`, `08:00 and 18:00`, or several of them."""
    windows = [_window(cursor)]
    while cursor.another(lambda steps: ":" in cursor.ahead(steps)):
        windows.append(_window(cursor))
    return tuple(sorted(set(windows), key=lambda window: (window.start, window.end)))


def read_window(text: str) -> Window:
    """`08:00-18:00` or `22:00-06:00`. Raises ValueError with a sentence."""
    start, dash, end = text.partition("-")
    if not dash:
        raise ValueError(f"{text!r} is not a stretch of the day (write 08:00-18:00)")
    return Window(read_time(start), read_time(end, end=True))


# --- one reader per word -----------------------------------------------------------------------------


def _at(cursor: Cursor, rule: Rule) -> Rule:
    """`at 10:30` for days and longer, `at :30` for hours, `at :17` for minutes, as in `schedule`."""
    if isinstance(rule, Interval) and rule.unit in ("hour", "minute"):
        cursor.take()
        return Clockface(rule.every, rule.unit, _marks(cursor, rule.unit))
    if not isinstance(rule, (Period, Dated, Irregular)) or not rule.takes_times:
        cursor.fail(f"{rule.text!r} can't have an 'at'")
    cursor.take()
    times = {cursor.time()}
    while cursor.another(lambda steps: ":" in cursor.ahead(steps)):
        times.add(cursor.time())
    return replace(rule, times=tuple(sorted(times)))


def _marks(cursor: Cursor, unit: str) -> tuple[int, ...]:
    """Seconds past the full hour (`:30` or `05:30`) or minute (`:17`)."""
    expected = r"(\d\d)?:(\d\d)" if unit == "hour" else r"():(\d\d)"

    def read(text: str) -> int:
        found = pattern(expected).fullmatch(text)
        first, second = (int(part or 0) for part in found.groups()) if found else (60, 0)
        if first > 59 or second > 59:
            example = "':30' for half past, or '05:30' for minute and second" if unit == "hour" else "':17'"
            raise ValueError(f"{text!r} doesn't fit a rule of {unit}s (write {example})")
        return first * 60 + second if unit == "minute" or (found and found[1]) else second * 60

    marks = {cursor.value(read)}
    while cursor.another(lambda steps: ":" in cursor.ahead(steps)):
        marks.add(cursor.value(read))
    return tuple(sorted(marks))


def _zone(cursor: Cursor) -> str:
    return cursor.value(read_zone)


def _from(cursor: Cursor) -> Moment:
    return cursor.moment()


def _until(cursor: Cursor) -> Moment:
    return cursor.moment(end_of_day=True)


def _window(cursor: Cursor) -> Window:
    if "-" in cursor.word:
        return cursor.value(read_window)
    start = cursor.time()
    cursor.expect("and", "to", "-")
    return Window(start, cursor.time(end=True))


def _only(cursor: Cursor) -> tuple[int, ...]:
    cursor.accept("on")
    return weekdays(cursor)


def _except(cursor: Cursor) -> tuple[DaysOff, ...]:
    cursor.accept("on")
    found = list(_days_off(cursor))
    while cursor.another(lambda steps: bool(cursor.ahead(steps)) and not _begins_modifier(cursor, steps)):
        found += _days_off(cursor)
    return tuple(dict.fromkeys(found))


def _days_off(cursor: Cursor) -> tuple[DaysOff, ...]:
    if cursor.accept("holidays"):
        cursor.accept("of", "in")
        return cursor.value(lambda code: read_days_off(f"holidays {code}", {}))
    return cursor.value(lambda text: read_days_off(text, cursor.calendars))


def _spread(cursor: Cursor) -> timedelta:
    if cursor.word.isdecimal():
        number = cursor.take().raw
        return cursor.value(lambda unit: read_duration(f"{number} {unit}"))
    return cursor.value(read_duration)


def _after(cursor: Cursor) -> bool:
    cursor.expect("finish")
    return True


def _begins_modifier(cursor: Cursor, steps: int) -> bool:
    word = cursor.ahead(steps)
    return word in MODIFIERS or word == "at" or word.isdecimal()


def _share(spread: timedelta | None, name: str) -> timedelta:
    """A task's own part of `spread`, from 0 up to but not including it: whole seconds, or milliseconds of less than a
    minute, where seconds would be too few."""
    if not spread:
        return timedelta(0)
    step = timedelta(seconds=1) if spread >= timedelta(minutes=1) else timedelta(milliseconds=1)
    return step * (stable_number(name, "spread") % max(1, spread // step))


def _set(cursor: Cursor, limits: Limits, field: str, value: object, place: int) -> None:
    if getattr(limits, field) is not None:
        cursor.fail("this is said twice", at=place)
    setattr(limits, field, value)


MODIFIERS: dict[str, tuple[str, Callable[[Cursor], object]]] = {
    "in": ("zone", _zone),
    "from": ("start", _from),
    "until": ("until", _until),
    "between": ("windows", read_windows),
    "only": ("on", _only),
    "except": ("off", _except),
    "spread": ("spread", _spread),
    "after": ("from_finish", _after),
}
"""The first word of each modifier: the field of `Limits` it fills, and its reader."""
