"""Durations as people write them: `10s`, `2h 30m`, `PT5M`; read strictly, printed so that they read back."""

from __future__ import annotations

import re
from datetime import timedelta
from functools import lru_cache

from linodctl.config.problems import BadValue, quoted

A_DURATION = "a duration such as 10s, 5m or 2h 30m"

_UNITS = {
    "w": timedelta(weeks=1),
    "d": timedelta(days=1),
    "h": timedelta(hours=1),
    "m": timedelta(minutes=1),
    "s": timedelta(seconds=1),
    "ms": timedelta(milliseconds=1),
}
_WORDS = {
    "w": ("w", "week", "weeks"),
    "d": ("d", "day", "days"),
    "h": ("h", "hr", "hrs", "hour", "hours"),
    "m": ("m", "min", "mins", "minute", "minutes"),
    "s": ("s", "sec", "secs", "second", "seconds"),
    "ms": ("ms", "millisecond", "milliseconds"),
}
_UNIT_OF = {word: unit for unit, words in _WORDS.items() for word in words}
NUMBER = r"[0-9]{1,18}(?:\.[0-9]{1,18})?"
SCALE = 10**18
"""The places that such a number may have, as a whole number: floats would lose some."""
_PART = re.compile(rf"\s*({NUMBER})\s*([a-z]+)")
_ISO = (
    rf"P(?:(?P<w>{NUMBER})W)?(?:(?P<d>{NUMBER})D)?"
    rf"(?:T(?:(?P<h>{NUMBER})H)?(?:(?P<m>{NUMBER})M)?(?:(?P<s>{NUMBER})S)?)?"
)


@lru_cache(maxsize=1024)  # a site says '30m' ten thousand times
def parse_duration(text: str) -> timedelta:
    """`10s`, `2h 30m`, `90 seconds`, or ISO 8601 `PT5M`, never negative; raises BadValue.

    Months and years have no fixed length and are refused.
    """
    parts = _iso_parts(text) if text[:1] in ("P", "p") else _worded_parts(text)
    if not parts:
        hint = f" (did you mean '{text.strip()}s'?)" if text.strip().isdecimal() and len(text) < 20 else ""
        raise BadValue(f"must be {A_DURATION}, not {quoted(text)}{hint}")
    microseconds = sum(number * (_UNITS[unit] // timedelta(microseconds=1)) for unit, number in parts.items())
    try:
        return timedelta(microseconds=(microseconds + SCALE // 2) // SCALE)
    except OverflowError:
        raise BadValue(f"{quoted(text)} is too long for a duration") from None


def scaled(number: str) -> int:
    """A decimal number of at most 18 places, exactly, in units of 1/SCALE."""
    whole, _, places = number.partition(".")
    return int(whole + places.ljust(18, "0"))


def _worded_parts(text: str) -> dict[str, int]:
    parts: dict[str, int] = {}
    at, text = 0, text.casefold().rstrip()
    while at < len(text):
        match = _PART.match(text, at)
        unit = _UNIT_OF.get(match[2]) if match else None
        if match is None or unit is None or unit in parts:
            return {}
        parts[unit] = scaled(match[1])
        at = match.end()
    return parts


def _iso_parts(text: str) -> dict[str, int]:
    match = re.fullmatch(_ISO, text.strip(), re.IGNORECASE)
    if match is None or text.rstrip()[-1] in "tT":
        return {}
    return {unit: scaled(number) for unit, number in match.groupdict().items() if number is not None}


def format_duration(duration: timedelta) -> str:
    """The shortest text that `parse_duration` reads back: `2h 30m`, `0s`; a minus sign before a negative one."""
    if duration < timedelta(0):
        return f"-{format_duration(-duration)}"
    minutes, rest = divmod(duration, timedelta(minutes=1))
    hours, minutes = divmod(minutes, 60)
    days, hours = divmod(hours, 24)
    seconds = f"{rest.seconds}.{rest.microseconds:06}".rstrip("0") if rest.microseconds else str(rest.seconds)
    numbers = ((str(days), "d"), (str(hours), "h"), (str(minutes), "m"), (seconds, "s"))
    return " ".join(number + unit for number, unit in numbers if number != "0") or "0s"
