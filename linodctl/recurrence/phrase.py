"""The phrases of `every:`. A phrase is a rule, or several joined by `or`, with its modifiers in any order.

`HEADS` says what a rule can begin with: a new kind of rule is a function here and a line there.
"""

from __future__ import annotations

from collections.abc import Callable

from linodctl.recurrence.bounded import any_of
from linodctl.recurrence.cursor import Cursor
from linodctl.recurrence.dated import Dated
from linodctl.recurrence.interval import Interval
from linodctl.recurrence.irregular import Irregular
from linodctl.recurrence.modifiers import MODIFIERS, Limits, at_count, read_modifiers
from linodctl.recurrence.period import Period
from linodctl.recurrence.point_words import (
    easter_offset,
    group_of,
    is_group,
    month_days,
    points_of,
    positioned,
    positions,
    weekdays,
)
from linodctl.recurrence.points import Easter, Weekdays
from linodctl.recurrence.rule import Rule
from linodctl.recurrence.simple import Never, Once, Startup
from linodctl.recurrence.words import (
    GROUP_WORDS,
    ORDINALS,
    UNIT_WORDS,
    WEEKDAY_WORDS,
    counted,
    read_ordinal,
)

DEEPEST = 10


def read_phrase(cursor: Cursor) -> tuple[Rule, Limits]:
    """The whole phrase: its rule, and the modifiers that stand around it."""
    rule, limits = _alternatives(cursor)
    if cursor.word:
        cursor.unknown(_follow_ups())
    return rule, limits


def _alternatives(cursor: Cursor, depth: int = 0) -> tuple[Rule, Limits]:
    rule, limits = _one(cursor, depth)
    rules = [rule]
    while cursor.word == "or":
        if limits:
            cursor.fail("a rule with modifiers of its own needs brackets around it before 'or'")
        cursor.take()
        rule, limits = _one(cursor, depth)
        rules.append(rule)
    return any_of(rules), limits


def _one(cursor: Cursor, depth: int) -> tuple[Rule, Limits]:
    """One rule with the modifiers after it. In brackets, its modifiers are its own."""
    if depth > DEEPEST:
        cursor.fail(f"brackets stand in one another more than {DEEPEST} deep")
    if cursor.accept("("):
        inner, limits = _alternatives(cursor, depth + 1)
        inner = limits.wrap(cursor, inner)
        cursor.expect(")")
        return inner, read_modifiers(cursor, inner)[1]
    cursor.accept("every", "each")
    return read_modifiers(cursor, _head(cursor))


def _head(cursor: Cursor) -> Rule:
    word = cursor.word
    if word.isdecimal() or (word in UNIT_WORDS and not _is_ordinal_second(cursor)):
        return _counted(cursor)
    if read_ordinal(word) or word == "the":
        return _positioned(cursor)
    if is_group(word):
        return _weekdays(cursor)
    read = HEADS.get(word)
    if read is None:
        cursor.unknown([*HEADS, *UNIT_WORDS, *ORDINALS, "last"])
    return read(cursor)


# --- kinds of rules ---------------------------------------------------------------------------------


def _never(cursor: Cursor) -> Rule:
    cursor.take()
    return Never()


def _startup(cursor: Cursor) -> Rule:
    cursor.take()
    return Startup()


def _once(cursor: Cursor) -> Rule:
    cursor.take()
    return Once(cursor.moment()) if cursor.accept("at", "on") else Once()


def _cron(cursor: Cursor) -> Rule:
    from linodctl.recurrence.cron import read_cron

    cursor.take()
    start = cursor.place
    fields = []
    while cursor.word and cursor.word not in MODIFIERS and cursor.word not in ("or", ")") and not at_count(cursor):
        fields.append(cursor.unspaced())
        if fields[0].startswith("@"):
            break
    return read_cron(" ".join(fields), cursor.name, key=cursor.key, phrase=cursor.phrase, start=start)


def _rrule(cursor: Cursor) -> Rule:
    from linodctl.recurrence.rrule import read_rrule

    cursor.take()
    start = cursor.place
    text = cursor.unspaced()
    return read_rrule(text, key=cursor.key, phrase=cursor.phrase, start=start)


def _weekdays(cursor: Cursor) -> Rule:
    return Dated(1, Weekdays(weekdays(cursor)))


def _easter(cursor: Cursor) -> Rule:
    cursor.take()
    return Dated(1, Easter())


def _positioned(cursor: Cursor) -> Rule:
    """`last friday of the month`, `first and last day of the year`."""
    cursor.accept("the")
    place = cursor.place
    places = positions(cursor)
    group = group_of(cursor, places)
    unit = "month"
    if cursor.accept("of"):
        cursor.accept("the", "each", "every")
        unit = UNIT_WORDS.get(cursor.word, "")
        if unit not in ("month", "year"):
            cursor.unknown(("month", "year"))
        cursor.take()
    return Dated(1, positioned(cursor, places, group, unit, place))


def _counted(cursor: Cursor) -> Rule:
    """`10 seconds`, `5 to 10 minutes`, `day`, `2 weeks on tuesday`, `39 days after easter`, `day 15 of the month`."""
    every = cursor.number()
    high = None
    if every is not None and cursor.accept("to"):
        high = cursor.number()
        if high is None:
            cursor.unknown(())
    place = cursor.place
    unit = UNIT_WORDS.get(cursor.word)
    if unit is None:
        cursor.fail(_no_unit(cursor, every), list(UNIT_WORDS))
    cursor.take()
    if high is not None:
        return _irregular(cursor, every or 1, high, unit, place)
    if every is None and unit == "day" and cursor.word.isdecimal() and not at_count(cursor):
        days = month_days(cursor)
        if cursor.accept("of"):
            cursor.accept("the", "each", "every")
            cursor.expect("month")
        return Dated(1, days)
    if unit == "day" and cursor.word in ("after", "before") and cursor.ahead(1) == "easter":
        sign = 1 if cursor.take().text == "after" else -1
        cursor.take()
        return Dated(1, easter_offset(cursor, sign * (every or 1), place))
    if cursor.word == "on":
        return _on_points(cursor, every or 1, unit)
    kind = Interval if unit in ("second", "minute", "hour") else Period
    return kind(every or 1, unit)


def _on_points(cursor: Cursor, every: int, unit: str) -> Rule:
    if unit not in ("week", "month", "year"):
        name = counted(every, unit)
        cursor.fail(f"'on' can't follow {name!r}; to run it on some weekdays only, write '{name} only on monday'")
    cursor.take()
    return Dated(every, points_of(cursor, unit))


def _irregular(cursor: Cursor, low: int, high: int, unit: str, place: int) -> Rule:
    if unit in ("month", "year"):
        cursor.fail(f"a range of {unit}s is not possible, only seconds to weeks", at=place)
    if high < low:
        cursor.fail(f"{low} to {high} goes backwards", at=place)
    if high == low:
        return Interval(low, unit) if unit in ("second", "minute", "hour") else Period(low, unit)
    return Irregular(low, high, unit, cursor.seed)


# --- small questions --------------------------------------------------------------------------------


def _is_ordinal_second(cursor: Cursor) -> bool:
    """Whether `second` is meant as in `second friday`, not as in `10 seconds`."""
    if cursor.word != "second":
        return False
    after = cursor.ahead(1)
    group = after == "day" or is_group(after)
    further = cursor.ahead(2) if after in (",", "and") else after
    return group or read_ordinal(further) is not None


def _no_unit(cursor: Cursor, every: int | None) -> str:
    if not cursor.word:
        return f"a number needs a unit, like '{every} seconds' or '{every} minutes'"
    return f"{cursor.word!r} is not a unit of time"


def _follow_ups() -> list[str]:
    return [*MODIFIERS, "or", "on", "to", "times", "at"]


HEADS: dict[str, Callable[[Cursor], Rule]] = {
    "never": _never,
    "startup": _startup,
    "once": _once,
    "cron": _cron,
    "rrule": _rrule,
    "easter": _easter,
    **dict.fromkeys(WEEKDAY_WORDS, _weekdays),
    **dict.fromkeys(GROUP_WORDS, _weekdays),
}
"""What a rule can begin with, beside a number, a unit or an ordinal."""
