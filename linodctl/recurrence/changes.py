"""The clock changes of a zone, and the first wall time of a rule that one of them skips or doubles."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import lru_cache, partial
from typing import Literal
from zoneinfo import ZoneInfo

from linodctl.recurrence.bounded import Bounded
from linodctl.recurrence.rule import Frame, Rule
from linodctl.recurrence.wall import TICK, first_passing, wall_of, zone_of
from linodctl.values import Value

_DAY = timedelta(days=1)


class Change(Value):
    """A clock change: at `instant` the wall times from `start` up to `end` are skipped, or begin for a second time."""

    instant: datetime
    kind: Literal["skipped", "doubled"]
    start: datetime
    end: datetime


class Trouble(Value):
    """A wall time that a rule names and that a clock change skips or doubles."""

    wall: datetime
    kind: Literal["skipped", "doubled"]
    text: str


def trouble(rule: Rule, zone_name: str, after: datetime, until: datetime, anchor: datetime) -> Trouble | None:
    """The first wall time of `rule` in (after, until] that a clock change of the zone skips or doubles.

    Only rules that name wall times can have any. Their plan is looked at in UTC, where every wall time comes once.
    """
    if not rule.names_wall_times:
        return None
    if isinstance(rule, Bounded):
        zone_name = rule.around.zone or zone_name
        rule = Bounded(rule.rule, rule.around.as_walls(zone_of(zone_name)))
    zone = zone_of(zone_name)
    frame = Frame(zone_of("UTC"), wall_of(anchor, zone).replace(tzinfo=UTC))
    for change in clock_changes(zone_name, after, until):
        start, end = change.start.replace(tzinfo=UTC), change.end.replace(tzinfo=UTC)
        slot = rule.next_after(start - TICK, frame)
        if slot is not None and slot < end:
            wall = slot.replace(tzinfo=None)
            how = "comes twice" if change.kind == "doubled" else "does not exist"
            return Trouble(wall, change.kind, f"{wall.isoformat(' ', 'minutes')} {how} in {zone_name}")
    return None


@lru_cache(maxsize=64)
def clock_changes(zone_name: str, after: datetime, until: datetime) -> tuple[Change, ...]:
    """The clock changes of a zone in (after, until], found by comparing the offsets of successive days."""
    zone = zone_of(zone_name)
    found = []
    day = after
    while day < until:
        following = min(day + _DAY, until)
        before, later = day.astimezone(zone).utcoffset(), following.astimezone(zone).utcoffset()
        if before != later and before is not None and later is not None:
            instant = first_passing(day, following, partial(_has_left, zone, before))
            old, new = (instant + before).replace(tzinfo=None), (instant + later).replace(tzinfo=None)
            found.append(Change(instant, "skipped" if new > old else "doubled", min(old, new), max(old, new)))
        day = following
    return tuple(found)


def _has_left(zone: ZoneInfo, offset: timedelta, moment: datetime) -> bool:
    """Whether the zone has another offset at `moment`."""
    return moment.astimezone(zone).utcoffset() != offset
