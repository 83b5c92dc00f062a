"""The parts of an RRULE (`FREQ=WEEKLY;BYDAY=MO,-1FR`), read and checked against RFC 5545, 3.3.10."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from functools import lru_cache
from math import prod
from types import MappingProxyType
from typing import Any

from linodctl.recurrence.values import DAY_END, Moment, pattern
from linodctl.recurrence.words import nearest

FREQUENCIES = ("YEARLY", "MONTHLY", "WEEKLY", "DAILY", "HOURLY", "MINUTELY", "SECONDLY")
_NUMBERS = {
    "INTERVAL": (1, 10_000_000),
    "COUNT": (1, 100_000),
    "BYSECOND": (0, 59),
    "BYMINUTE": (0, 59),
    "BYHOUR": (0, 23),
    "BYMONTHDAY": (-31, 31),
    "BYYEARDAY": (-366, 366),
    "BYWEEKNO": (-53, 53),
    "BYMONTH": (1, 12),
    "BYSETPOS": (-366, 366),
}
_ONLY_WITH = {
    "BYWEEKNO": ("YEARLY",),
    "BYYEARDAY": ("YEARLY", "HOURLY", "MINUTELY", "SECONDLY"),
    "BYMONTHDAY": ("YEARLY", "MONTHLY", "DAILY", "HOURLY", "MINUTELY", "SECONDLY"),
}
_DAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
_PARTS = ("FREQ", "UNTIL", "BYDAY", "WKST", "EXDATE", *_NUMBERS)


@lru_cache(maxsize=1024)
def read_parts(rule: str) -> Mapping[str, Any]:
    """The parts of a rule, as dateutil's `rrule` takes them, with `count`, `until` and `exdate` besides.

    EXDATE is a line of its own in RFC 5545; as a part (`EXDATE=20260101T090000`) it keeps a rule in one word.

    Raises ValueError with a sentence and, where one is to blame, the wrong part.
    """
    found: dict[str, Any] = {}
    for part in rule.split(";"):
        name, equals, value = part.partition("=")
        if name not in _PARTS or not equals:
            near = nearest(name.lower(), [known.lower() for known in _PARTS])
            raise ValueError(
                f"{part!r} is no part of a rule" + (f" (did you mean {near.upper()}?)" if near else ""), part
            )
        if name.lower() in found:
            raise ValueError(f"{name} stands there twice", part)
        found[name.lower()] = _value(name, value, part)
    if "freq" not in found:
        raise ValueError("FREQ is missing")
    if "count" in found and "until" in found:
        raise ValueError("COUNT and UNTIL exclude each other", "COUNT")
    for part, frequencies in _ONLY_WITH.items():
        if part.lower() in found and FREQUENCIES[found["freq"]] not in frequencies:
            raise ValueError(f"{part} goes only with FREQ={', '.join(frequencies)} (RFC 5545)", part)
    if "byday" in found:
        found["byweekday"] = _fitting(found.pop("byday"), found)
    if "bysetpos" in found and min(map(abs, found["bysetpos"])) > _set_size(found):
        raise ValueError("BYSETPOS asks for more than there ever is", "BYSETPOS")
    return MappingProxyType(found)


def _value(name: str, value: str, part: str) -> Any:
    if name == "FREQ":
        if value not in FREQUENCIES:
            near = nearest(value.lower(), [known.lower() for known in FREQUENCIES]) or "daily"
            raise ValueError(f"{value!r} is no frequency (did you mean {near.upper()}?)", part)
        return FREQUENCIES.index(value)
    if name == "UNTIL":
        return read_stamp(value, end_of_day=True)
    if name == "EXDATE":
        return tuple(read_stamp(word) for word in value.split(","))
    if name == "WKST":
        if value not in _DAYS:
            raise ValueError(f"{value!r} is no weekday (MO, TU, …)", part)
        return _DAYS.index(value)
    if name == "BYDAY":
        return [_weekday(word, part) for word in value.split(",")]
    low, high = _NUMBERS[name]
    numbers = []
    for word in value.split(","):
        if not pattern(r"[+-]?\d+").fullmatch(word) or not low <= int(word) <= high or (low < 0 and not int(word)):
            raise ValueError(f"{name} has {word!r}, which is not a number from {low} to {high}", part)
        numbers.append(int(word))
    return numbers[0] if name in ("INTERVAL", "COUNT") else numbers


def _fitting(days: list[Any], found: Mapping[str, Any]) -> list[Any]:
    """`2MO` is the second Monday of a month or a year and means nothing elsewhere, where dateutil would take it for
    `MO`; beyond the most there can be, dateutil stumbles."""
    most = max((abs(day.n) for day in days if day.n), default=0)
    if most and found["freq"] > FREQUENCIES.index("MONTHLY"):
        raise ValueError("a number before a weekday goes with FREQ=MONTHLY or YEARLY", "BYDAY")
    within, room = ("year", 53) if found["freq"] == 0 and "bymonth" not in found else ("month", 5)
    if most > room:
        raise ValueError(f"a {within} has no {most} of one weekday", "BYDAY")
    return days


def _set_size(found: Mapping[str, Any]) -> int:
    """The most occurrences that one period of the rule can have."""
    frequency = found["freq"]
    finer = [part for level, part in ((4, "byhour"), (5, "byminute"), (6, "bysecond")) if frequency < level]
    dates = {0: 366, 1: 31, 2: 7}.get(frequency, 1)
    return dates * prod(len(found.get(part, (0,))) for part in finer)


def _weekday(word: str, part: str) -> Any:
    from dateutil.rrule import weekday

    found = pattern(r"([+-]?\d{1,2})?(MO|TU|WE|TH|FR|SA|SU)").fullmatch(word)
    if found is None or (found[1] and not int(found[1])):
        raise ValueError(f"{word!r} is no weekday (MO, -1FR, …)", part)
    return weekday(_DAYS.index(found[2]), int(found[1]) if found[1] else None)


def read_stamp(value: str, *, end_of_day: bool = False) -> Moment:
    """`20261224`, `20261224T180000` or `20261224T180000Z`."""
    found = pattern(r"(\d{4})(\d\d)(\d\d)(?:T(\d\d)(\d\d)(\d\d)(Z)?)?").fullmatch(value.upper())
    if found is None:
        raise ValueError(f"{value!r} is no date (write 20261224 or 20261224T180000Z)", value)
    numbers = [int(part) for part in found.groups()[:6] if part]
    moment = datetime(*numbers[:3], *numbers[3:], tzinfo=UTC if found[7] else None)  # type: ignore[arg-type, misc]
    return datetime.combine(moment, DAY_END) if end_of_day and not found[4] else moment
