"""Instants as people type them on a command line: `2026-12-24T18:00`, `tomorrow 08:00`, `in 5m`.

A wall time belongs to the zone it is given with; what comes out is an aware UTC instant.
"""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time, timedelta, tzinfo

from linodctl.config.durations import parse_duration
from linodctl.config.problems import BadValue, quoted

_EXAMPLES = "2026-12-24T18:00, 2026-12-24, 14:30, 'tomorrow 08:00', 'in 5m', '5m ago' or 'now'"
_DAYS = {"yesterday": -1, "today": 0, "tomorrow": 1}
_TIME = r"[0-9]{1,2}:[0-9]{2}(:[0-9]{2})?"


LONGEST = 100
"""Characters of a time."""


def parse_instant(text: str, zone: str | tzinfo, now: datetime, *, past: bool = False) -> datetime:
    """The aware UTC instant meant by `text`; wall times without offset are in `zone`; raises BadValue.

    Where only the `past` is asked for, a mere duration is that long ago.

    A wall time that a clock change skips means the first instant after the gap; one that it doubles, the first of both.
    """
    if len(text) > LONGEST:  # Python would read an endless fraction of a second
        raise BadValue(f"{quoted(text)} is not a time: write {_EXAMPLES}")
    try:
        return _relative(f"{text} ago" if past and _is_duration(text) else text, now) or _absolute(
            text, _zone(zone), now
        )
    except OverflowError:
        raise BadValue(f"{quoted(text)} lies outside the calendar") from None


def _is_duration(text: str) -> bool:
    try:
        parse_duration(text)
    except BadValue:
        return False
    return True


def _relative(text: str, now: datetime) -> datetime | None:
    words = text.casefold().split()
    if words == ["now"]:
        return now.astimezone(UTC)
    if len(words) > 1 and words[0] == "in":
        return now.astimezone(UTC) + parse_duration(" ".join(words[1:]))
    if len(words) > 1 and words[-1] == "ago":
        return now.astimezone(UTC) - parse_duration(" ".join(words[:-1]))
    return None


def _absolute(text: str, zone: tzinfo, now: datetime) -> datetime:
    wall = _day_and_time(text.casefold().split(), now.astimezone(zone).date()) or _iso(text.strip())
    if wall is None:
        raise BadValue(f"{quoted(text)} is not a time: write {_EXAMPLES}")
    return wall.astimezone(UTC) if wall.tzinfo else instant_of(wall, zone)


def _day_and_time(words: list[str], today: date) -> datetime | None:
    day = today + timedelta(days=_DAYS[words.pop(0)]) if words and words[0] in _DAYS else None
    if not words:
        return datetime.combine(day, time()) if day else None
    clock = _clock(words[0]) if len(words) == 1 else None
    return datetime.combine(day or today, clock) if clock else None


def _clock(text: str) -> time | None:
    try:
        return time.fromisoformat(text.zfill(5 if text.count(":") == 1 else 8)) if re.fullmatch(_TIME, text) else None
    except ValueError:
        return None


def _iso(text: str) -> datetime | None:
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        return None


def _zone(zone: str | tzinfo) -> tzinfo:
    if isinstance(zone, str):
        from zoneinfo import ZoneInfo

        return ZoneInfo(zone)
    return zone


def instant_of(wall: datetime, zone: tzinfo) -> datetime:
    """The UTC instant of a naive wall time in `zone`, by the rules of `parse_instant`."""
    before, after = wall.replace(tzinfo=zone, fold=0), wall.replace(tzinfo=zone, fold=1)
    instant = before.astimezone(UTC)
    if instant.astimezone(zone).replace(tzinfo=None) == wall:
        return instant
    return _end_of_gap(after.astimezone(UTC), instant, zone)


def _end_of_gap(early: datetime, late: datetime, zone: tzinfo) -> datetime:
    """The first second of the new offset, between an instant before and one after the change."""
    new = late.astimezone(zone).utcoffset()
    while late - early > timedelta(seconds=1):
        middle = early + (late - early) / 2
        if middle.astimezone(zone).utcoffset() == new:
            late = middle
        else:
            early = middle
    return late.replace(microsecond=0)
