"""Helpers of this room's tests: short ways to a rule, to instants, and to every clock change of every zone."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from functools import cache
from itertools import islice
from typing import Any
from zoneinfo import ZoneInfo, available_timezones

from linodctl.recurrence import Recurrence, parse_recurrence

MINUTE = timedelta(minutes=1)
DAY = timedelta(days=1)


def rule(options: str | dict[str, Any], zone: str = "UTC", name: str = "task", **further: Any) -> Recurrence:
    """The recurrence of a phrase, or of options, for a site in `zone`."""
    given = {"every": options} if isinstance(options, str) else options
    return parse_recurrence({**given, **further}, name=name, zone=zone)


def utc(text: str) -> datetime:
    """An instant from ISO text; UTC unless it has an offset."""
    found = datetime.fromisoformat(text)
    return found.astimezone(UTC) if found.tzinfo else found.replace(tzinfo=UTC)


def local(text: str, zone: str) -> datetime:
    """An instant from wall-clock text in a zone (the first pass of a fold)."""
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)


def shown(instant: datetime, zone: str) -> str:
    """What the clocks of a zone show, to the second, with offset."""
    return instant.astimezone(ZoneInfo(zone)).isoformat(" ", "seconds")


def walls(found: Recurrence, after: datetime, number: int, anchor: datetime | None = None) -> list[str]:
    """The next slots as wall-clock times of the rule's zone, without seconds when they are 0."""
    zone = ZoneInfo(found.zone)
    slots = islice(forward(found, after, anchor or after), number)
    return [slot.astimezone(zone).replace(tzinfo=None).isoformat(" ").removesuffix(":00") for slot in slots]


def forward(found: Recurrence, after: datetime, anchor: datetime) -> Iterator[datetime]:
    """All slots later than `after`."""
    slot = found.next_after(after, anchor)
    while slot is not None:
        yield slot
        slot = found.next_after(slot, anchor)


ZONES = sorted(available_timezones() - {"localtime", "Factory"})
FIRST, LAST = datetime(1990, 1, 1, tzinfo=UTC), datetime(2037, 12, 31, tzinfo=UTC)


@cache
def changes(zone_name: str) -> tuple[datetime, ...]:
    """The instants from 1990 to 2037 at which the offset of a zone changes, to the minute."""
    zone = ZoneInfo(zone_name)
    found = []
    day, offset = FIRST, FIRST.astimezone(zone).utcoffset()
    while day < LAST:
        following = day + 5 * DAY
        offset_then = following.astimezone(zone).utcoffset()
        if offset_then != offset:
            low, high = 0, 5 * 24 * 60
            while high - low > 1:
                middle = (low + high) // 2
                if (day + middle * MINUTE).astimezone(zone).utcoffset() == offset:
                    low = middle
                else:
                    high = middle
            found.append(day + high * MINUTE)
        day, offset = following, offset_then
    return tuple(found)


@cache
def kinds_of_change() -> tuple[tuple[str, datetime], ...]:
    """One example of each kind of clock change any zone makes: same wall time, same offsets before and after."""
    kinds: dict[tuple[object, ...], tuple[str, datetime]] = {}
    for name in ZONES:
        zone = ZoneInfo(name)
        for change in changes(name):
            before, after = (change - MINUTE).astimezone(zone), change.astimezone(zone)
            size = (after.utcoffset() or timedelta()) - (before.utcoffset() or timedelta())
            kinds.setdefault(
                (before.time(), size, (before.utcoffset() or timedelta()) % timedelta(hours=1)), (name, change)
            )
    return tuple(kinds.values())
