"""Wall-clock time and instants: what a zone's clocks show, and when they show it, through gaps and folds.

A wall time is a naive `datetime`; an instant is an aware one in UTC. Nothing here reads a clock.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import cache
from zoneinfo import ZoneInfo

TICK = timedelta(microseconds=1)
"""The smallest step of time: `t - TICK` is "just before t"."""

SECOND = timedelta(seconds=1)

NextWall = Callable[[datetime], "datetime | None"]
"""The first wall time later than the given one that a rule names; None when there is none."""


@cache
def zone_of(name: str) -> ZoneInfo:
    """The zone by its IANA name. Raises what `ZoneInfo` raises (KeyError, ValueError, OSError)."""
    return ZoneInfo(name)


def wall_of(instant: datetime, zone: ZoneInfo) -> datetime:
    """What the zone's clocks show at `instant`."""
    return instant.astimezone(zone).replace(tzinfo=None, fold=0)


def first_instant(wall: datetime, zone: ZoneInfo) -> datetime:
    """The first instant at which the zone's clocks show `wall` or later.

    One sentence for both clock changes: in a gap it is the first instant after the gap, in a fold the first pass.
    """
    instant = wall.replace(tzinfo=zone).astimezone(UTC)
    if wall_of(instant, zone) == wall:
        return instant
    return _end_of_gap(wall, zone)


def slot_at(wall: datetime, zone: ZoneInfo) -> datetime | None:
    """Like `first_instant`, but None when the zone skipped the whole date (Pacific/Apia, 30 December 2011)."""
    instant = wall.replace(tzinfo=zone).astimezone(UTC)
    if wall_of(instant, zone) == wall:
        return instant
    instant = _end_of_gap(wall, zone)
    before, after = wall_of(instant - SECOND, zone), wall_of(instant, zone)
    return None if before.date() < wall.date() < after.date() else instant


def next_fixed(instant: datetime, zone: ZoneInfo, next_wall: NextWall) -> datetime | None:
    """The next slot of a rule that names wall times, each of which counts once.

    This is the rule for calendar phrases and for cron's fixed jobs: after a gap once, in a fold the first pass only.
    """
    wall = next_wall(wall_of(instant, zone))
    while wall is not None:  # in the second pass of a fold, walls of the first one come up again: they are past
        slot = slot_at(wall, zone)
        if slot is not None and slot > instant:
            return slot
        wall = next_wall(wall)
    return None


def next_following(instant: datetime, zone: ZoneInfo, next_wall: NextWall) -> datetime | None:
    """The next instant at which the clocks show a wall time the rule names.

    This is the rule for cron's wildcards and for `hour at :30`: nothing in a gap, and in a fold both passes.
    """
    found = None
    wall = next_wall(wall_of(instant, zone))
    while wall is not None and found is None:
        found = _shown_after(instant, wall, zone)
        if found is None:
            wall = next_wall(wall)
    turn = fold_ahead(instant, zone)
    if turn is not None and (found is None or found >= turn):
        wall = next_wall(wall_of(turn, zone) - TICK)  # the second pass starts before the walls already looked at
        again = wall and _shown_after(turn - TICK, wall, zone)
        return min(again, found) if again and found else again or found
    return found


def fold_ahead(instant: datetime, zone: ZoneInfo) -> datetime | None:
    """When the clocks go back, if `instant` is in the first pass of the time that they will show twice."""
    local = instant.astimezone(zone)
    if local.fold:
        return None
    first, second = _offset(local), _offset(local.replace(fold=1))
    if second >= first:
        return None
    return first_passing(instant, instant + (first - second), lambda moment: _offset(moment.astimezone(zone)) != first)


def _shown_after(instant: datetime, wall: datetime, zone: ZoneInfo) -> datetime | None:
    """The first instant later than `instant` at which the clocks show exactly `wall`; None in a gap or when past."""
    for fold in (0, 1):
        moment = wall.replace(tzinfo=zone, fold=fold).astimezone(UTC)
        if moment > instant and wall_of(moment, zone) == wall:
            return moment
    return None


def _end_of_gap(wall: datetime, zone: ZoneInfo) -> datetime:
    """The first instant after the gap that swallowed `wall`.

    In a gap, `fold=0` has the offset before it and `fold=1` the larger one after it, so that the change lies
    between the two readings.
    """
    early = wall.replace(tzinfo=zone, fold=1).astimezone(UTC).replace(microsecond=0)
    late = wall.replace(tzinfo=zone, fold=0).astimezone(UTC)
    return first_passing(early, late, lambda moment: wall_of(moment, zone) > wall)


def first_passing(early: datetime, late: datetime, test: Callable[[datetime], bool]) -> datetime:
    """The first whole second later than `early`, at most about `late`, that passes; `test` turns true once."""
    early = early.replace(microsecond=0)
    low, high = 0, int((late - early) / SECOND) + 1
    while high - low > 1:
        middle = (low + high) // 2
        if test(early + middle * SECOND):
            high = middle
        else:
            low = middle
    return early + high * SECOND


def _offset(local: datetime) -> timedelta:
    return local.utcoffset() or timedelta(0)
