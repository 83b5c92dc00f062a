"""The time axis of a chart in characters: how long a column is, and which of them are marked with a time."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, time, timedelta
from itertools import count
from zoneinfo import ZoneInfo

from linodctl.planning.simulation import Grid

DAY = timedelta(days=1)
_SECONDS = (1, 2, 5, 10, 15, 30)
_MINUTES = (1, 2, 5, 10, 15, 20, 30)
_HOURS = (1, 2, 3, 4, 6, 8, 12)
_DAYS = (1, 2, 7, 14, 28, 56, 91, 182, 364, 728)
LENGTHS = (
    *(timedelta(seconds=n) for n in _SECONDS),
    *(timedelta(minutes=n) for n in _MINUTES),
    *(timedelta(hours=n) for n in _HOURS),
    *(timedelta(days=n) for n in _DAYS),
)
"""Lengths that people count in. Those below a day divide it."""
GAP = 2
"""Blank columns between two labels."""


def grid_of(start: datetime, end: datetime, columns: int, zone: ZoneInfo) -> Grid:
    """At most `columns` columns of a round length, beginning at a round time of `zone`, that hold `start` to `end`."""
    for length in LENGTHS:
        if (end - start) / length > columns:
            continue
        first = _rounded_down(start, length, zone)
        needed = -((first - end) // length)
        if needed <= columns:
            return Grid(first, length, needed)
    return Grid(start, (end - start) / columns, columns)  # longer than anybody looks ahead


def labels_of(grid: Grid, zone: ZoneInfo) -> dict[int, str]:
    """Texts by the column at which they begin, none of them overlapping; the first says where the axis begins."""
    end = grid.start + grid.count * grid.length
    step = next((step for step in LENGTHS if step >= grid.length * (_width(step) + GAP)), LENGTHS[-1])
    labels: dict[int, str] = {}
    free = 0
    for instant in _marks(grid.start, end, step, zone):
        column, text = grid.cell(instant), _label(instant.astimezone(zone), step)
        if column >= free and column + len(text) <= grid.count:
            labels[column] = text
            free = column + len(text) + GAP
    first = _label(grid.start.astimezone(zone), step)
    if min(labels, default=grid.count) >= len(first) + GAP:
        labels[0] = first
    return labels


def _rounded_down(instant: datetime, length: timedelta, zone: ZoneInfo) -> datetime:
    """A multiple of `length` after the day's beginning in the zone; of whole days, the day's beginning."""
    midnight = _midnight(instant, zone)
    return midnight + (instant - midnight) // length * length


def _midnight(instant: datetime, zone: ZoneInfo) -> datetime:
    return datetime.combine(instant.astimezone(zone).date(), time(), zone).astimezone(UTC)


def _marks(start: datetime, end: datetime, step: timedelta, zone: ZoneInfo) -> Iterator[datetime]:
    """Wall times that are multiples of the step, from `start` up to `end`; several days are counted from a Monday."""
    day = start.astimezone(zone).date()
    if step > DAY:
        day -= timedelta(days=(day.toordinal() - 1) % step.days)
    midnight = datetime.combine(day, time())
    for number in count():
        instant = (midnight + number * step).replace(tzinfo=zone).astimezone(UTC)
        if instant >= end:
            return
        if instant >= start:
            yield instant


def _label(wall: datetime, step: timedelta) -> str:
    if step >= timedelta(days=28):
        return f"{wall:%Y-%m-%d}"
    if step >= DAY or (wall.hour, wall.minute, wall.second) == (0, 0, 0):
        return f"{wall:%b %d}"
    return f"{wall:%H:%M}" if step >= timedelta(minutes=1) else f"{wall:%H:%M:%S}"


def _width(step: timedelta) -> int:
    """How wide labels at this step get."""
    if step >= timedelta(days=28):
        return len("2026-01-01")
    return len("12:00:00") if step < timedelta(minutes=1) else len("Jan 01")
