"""The words of the phrases: units, weekdays, months, ordinals, and how to write a number of things."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

UNIT_SECONDS = {"second": 1, "minute": 60, "hour": 3600, "day": 86400, "week": 604800}
UNITS = ("second", "minute", "hour", "day", "week", "month", "year")
UNIT_WORDS = {form: unit for unit in UNITS for form in (unit, unit + "s")} | {
    "sec": "second",
    "secs": "second",
    "min": "minute",
    "mins": "minute",
}

WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
WEEKDAY_WORDS = {form: number for number, day in enumerate(WEEKDAYS) for form in (day, day + "s", day[:3])} | {
    "tues": 1,
    "weds": 2,
    "thur": 3,
    "thurs": 3,
}
WORKDAYS = (0, 1, 2, 3, 4)
WEEKEND = (5, 6)
LONGEST_MONTH = 31
EVERY_DAY = (0, 1, 2, 3, 4, 5, 6)
GROUP_WORDS = {"weekday": WORKDAYS, "weekdays": WORKDAYS, "weekend": WEEKEND, "weekends": WEEKEND}

MONTHS = (
    "january", "february", "march", "april", "may", "june",
    "july", "august", "september", "october", "november", "december",
)  # fmt: skip
MONTH_WORDS = {form: number for number, month in enumerate(MONTHS, 1) for form in (month, month[:3])}

ORDINALS = ("first", "second", "third", "fourth", "fifth")


def counted(number: int, unit: str) -> str:
    """`day` for one, `2 days` for more."""
    return unit if number == 1 else f"{number} {unit}s"


def ordinal(position: int) -> str:
    """A position as written in a phrase: 1 `first`, 12 `12th`, -1 `last`, -2 `second last`."""
    if position == -1:
        return "last"
    if position < 0:
        return f"{ordinal(-position)} last"
    if position <= len(ORDINALS):
        return ORDINALS[position - 1]
    ending = "th" if position % 100 in (11, 12, 13) else {1: "st", 2: "nd", 3: "rd"}.get(position % 10, "th")
    return f"{position}{ending}"


def read_ordinal(word: str) -> int | None:
    """1 for `first`, 12 for `12th`, -1 for `last`; None for any other word."""
    if word == "last":
        return -1
    if word in ORDINALS:
        return ORDINALS.index(word) + 1
    if len(word) > 2 and word[-2:] in ("st", "nd", "rd", "th") and word[:-2].isdecimal():
        return int(word[:-2]) or None
    return None


def listed(parts: Iterable[str]) -> str:
    """`a`, `a and b`, `a, b and c`."""
    words = list(parts)
    return " and ".join([", ".join(words[:-1]), words[-1]] if len(words) > 1 else words)


def weekday_list(days: Sequence[int], separator: str = ", ") -> str:
    """The names of some weekdays; the working days and the weekend have a word of their own."""
    if tuple(days) == WORKDAYS:
        return "weekday"
    return separator.join(WEEKDAYS[day] for day in days)


def nearest(word: str, known: Iterable[str]) -> str | None:
    """The known word that looks most like this one, if any does."""
    from difflib import get_close_matches

    found = get_close_matches(word.lower()[:100], list(known), n=1, cutoff=0.6)
    return found[0] if found else None
