"""Times, dates, moments and durations as YAML or a phrase gives them, and how they are written back.

A number is never taken for a time: YAML 1.1 reads an unquoted 9:30 as base 60, and nobody can tell afterwards.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from typing import Any
from zoneinfo import ZoneInfo

from linodctl.recurrence.wall import first_instant

Moment = datetime
"""A point in time as written: naive is wall time in the rule's zone, aware is an instant."""

MIDNIGHT = time(0)
DAY_END = time(23, 59, 59, 999999)

_DURATION_UNITS = {"w": 604800, "d": 86400, "h": 3600, "m": 60, "s": 1}


def read_time(value: Any, *, end: bool = False) -> time:
    """A time of day from `"09:30"`, `"09:30:15"` or a `datetime.time`; the `end` of a stretch can be `24:00`.
    Raises ValueError with a sentence."""
    if isinstance(value, time):
        return value.replace(tzinfo=None)
    if isinstance(value, str):
        found = pattern(r"(\d{1,2}):(\d\d)(?::(\d\d))?").fullmatch(value.strip())
        if found:
            hour, minute, second = (int(part or 0) for part in found.groups())
            if (hour, minute, second) == (24, 0, 0):
                if end:
                    return DAY_END
                raise ValueError(f"{value!r} is the next day's 00:00; write that")
            if hour < 24 and minute < 60 and second < 60:
                return time(hour, minute, second)
        raise ValueError(f"{value!r} is not a time of day (write HH:MM or HH:MM:SS)")
    raise ValueError(f'{value!r} is not a time of day; write it in quotes, like "09:30"')


def read_date(value: Any) -> date:
    """A date from `2026-12-24` as text or as YAML's date. Raises ValueError with a sentence."""
    if isinstance(value, datetime):
        if value.time() == MIDNIGHT and value.tzinfo is None:
            return value.date()
    elif isinstance(value, date):
        return value
    elif isinstance(value, str):
        try:
            return date.fromisoformat(value.strip())
        except ValueError:
            pass
    raise ValueError(f"{str(value)!r} is not a date (write YYYY-MM-DD)")


def read_moment(value: Any, *, end_of_day: bool = False) -> Moment:
    """A moment from a date, a date with time, or an instant with offset. A bare date is its first instant, or its
    last one where `end_of_day` is set. Raises ValueError with a sentence."""
    if isinstance(value, datetime):
        return value.astimezone(UTC) if value.tzinfo else value
    if isinstance(value, str):
        text = value.strip()
        if "T" in text or ":" in text:
            try:
                return read_moment(datetime.fromisoformat(text))
            except ValueError:
                raise ValueError(f"{value!r} is not a moment (write YYYY-MM-DD or YYYY-MM-DD HH:MM)") from None
    return datetime.combine(read_date(value), DAY_END if end_of_day else MIDNIGHT)


def moment_instant(moment: Moment, zone: ZoneInfo) -> datetime:
    """The aware UTC instant of a moment."""
    return moment if moment.tzinfo else first_instant(moment, zone)


def moment_text(moment: Moment, *, end_of_day: bool = False) -> str:
    """A moment as `read_moment` takes it, without spaces inside an instant that has an offset."""
    if moment.tzinfo:
        return moment.isoformat()
    if moment.time() == (DAY_END if end_of_day else MIDNIGHT):
        return moment.date().isoformat()
    return f"{moment.date()} {time_text(moment.time())}"


def time_text(value: time) -> str:
    """`09:30`, or with seconds where there are any; the last instant of the day is `24:00`."""
    if value == DAY_END:
        return "24:00"
    return value.isoformat("auto" if value.microsecond else "seconds" if value.second else "minutes")


def times_text(times: Sequence[time]) -> str:
    """` at 09:30, 17:00`, or nothing for midnight alone, which a calendar phrase means without saying so."""
    if not times or tuple(times) == (MIDNIGHT,):
        return ""
    return " at " + ", ".join(map(time_text, times))


def read_duration(value: Any) -> timedelta:
    """A positive duration: `10s`, `5m`, `2h 30m`, `1d`, `90 seconds`, `PT5M`. Raises ValueError with a sentence."""
    if isinstance(value, timedelta):
        return value
    text = value.strip().lower() if isinstance(value, str) else ""
    if text.startswith("p"):
        text = text[1:].replace("t", "")
    parts = pattern(r"(\d+(?:\.\d+)?)\s*([a-z]+)\s*").findall(text)
    seconds = 0.0
    for number, unit in parts:
        if unit not in _duration_words():
            break
        seconds += float(number) * _duration_words()[unit]
    else:
        if parts and pattern(r"(?:\d+(?:\.\d+)?\s*[a-z]+\s*)+").fullmatch(text):
            try:
                return timedelta(seconds=seconds)
            except OverflowError:
                raise ValueError(f"{value!r} is too long for a duration") from None
    raise ValueError(f"{value!r} is not a duration (write 10s, 5m, 2h 30m or 1d)")


def duration_text(duration: timedelta) -> str:
    """A duration as `read_duration` takes it, without spaces: `2h30m`."""
    parts, rest = [], duration
    for unit in ("d", "h", "m", "s"):
        number, rest = divmod(rest, timedelta(seconds=_DURATION_UNITS[unit]))
        if number:
            parts.append(f"{number}{unit}")
    if rest:
        parts.append(f"{rest.total_seconds():f}".rstrip("0") + "s")
    return "".join(parts) or "0s"


@cache
def _duration_words() -> dict[str, int]:
    """Every way to write a unit of time."""
    names = {"w": "week", "d": "day", "h": "hour", "m": "minute", "s": "second"}
    words = {"min": 60, "mins": 60, "sec": 1, "secs": 1, "hr": 3600, "hrs": 3600}
    for letter, name in names.items():
        words |= dict.fromkeys((letter, name, name + "s"), _DURATION_UNITS[letter])
    return words


@cache
def pattern(text: str) -> re.Pattern[str]:
    """A pattern, compiled when it is first needed."""
    return re.compile(text)
