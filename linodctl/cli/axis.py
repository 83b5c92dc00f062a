"""The time axis of a chart in characters: how long a column is, and which of them are marked with a time."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, time, timedelta
from itertools import count
from zoneinfo import ZoneInfo

from linodctl.planning.simulation import Grid
from linodctl.values import Value

HOUR, DAY, FOUR_WEEKS = timedelta(hours=1), timedelta(days=1), timedelta(days=28)
STEPS = (
    *(timedelta(seconds=n) for n in (1, 2, 5, 10, 15, 30)),
    *(timedelta(minutes=n) for n in (1, 2, 5, 10, 15, 20, 30)),
    *(timedelta(hours=n) for n in (1, 2, 3, 4, 6, 8, 12)),
    *(timedelta(days=n) for n in (1, 7, 14, 28, 56, 91, 182, 364, 728)),
)
"""What lies between two labels: lengths that people count in. Those below a day divide it, the others are weeks."""
LENGTHS = sorted([*STEPS, *(timedelta(minutes=n) for n in (12, 40, 45, 90)), timedelta(days=2)])
"""How long a column can be: some more, so that the width is used."""
GAP = 1
"""Blank columns between two labels."""


class Axis(Value):
    """Columns of equal length by the zone's wall clock."""

    grid: Grid
    length: timedelta
    zone: ZoneInfo

    def labels(self) -> dict[int, str]:
        """Texts by the column at which they begin, none overlapping; one of them says where the axis begins."""
        step = next((step for step in STEPS if self._fits(step)), STEPS[-1])
        labels: dict[int, str] = {}
        free = 0
        for instant in self._marks(step):
            column, text = self.grid.cell(instant), _label(instant.astimezone(self.zone), step)
            if free <= column <= self.grid.count - len(text):
                labels[column] = text
                free = column + len(text) + GAP
        first = _label(self.grid.edges[0].astimezone(self.zone), step)
        if len(first) + GAP <= min(labels, default=self.grid.count):
            labels[0] = first
        return labels

    def _fits(self, step: timedelta) -> bool:
        """Whether labels so far apart have room, each at the beginning of a column."""
        return step >= self.length * (_width(step) + GAP) and not step % self.length

    def _marks(self, step: timedelta) -> Iterator[datetime]:
        """The multiples of `step` that lie on the axis; weeks are counted from a Monday."""
        start, *_, end = self.grid.edges
        for instant in _multiples(start, step, self.zone):
            if instant >= end:
                return
            if instant >= start:
                yield instant


def axis_of(start: datetime, end: datetime, columns: int, zone: ZoneInfo) -> Axis:
    """At most `columns` columns of a round length, beginning at a round time of `zone`, that hold `start` to `end`."""
    for length in LENGTHS:
        if (end - start) / length <= columns:
            edges = _edges(start, end, length, zone)
            if len(edges) - 1 <= columns:
                return Axis(Grid(edges), length, zone)
    length = (end - start) / columns  # longer than anybody looks ahead
    return Axis(Grid(tuple(start + number * length for number in range(columns + 1))), length, zone)


def _edges(start: datetime, end: datetime, length: timedelta, zone: ZoneInfo) -> tuple[datetime, ...]:
    """From the last multiple of `length` that is not after `start` to the first that is not before `end`."""
    edges: list[datetime] = []
    for edge in _multiples(start, length, zone):
        if edge <= start:
            edges.clear()
        edges.append(edge)
        if edge >= end and len(edges) > 1:
            break
    return tuple(edges)


def _multiples(start: datetime, step: timedelta, zone: ZoneInfo) -> Iterator[datetime]:
    """Multiples of `step` after midnight by the zone's wall clock, or whole weeks after a Monday, in order.

    The first is not after `start`. Up to an hour they are equidistant; longer ones follow the clock when it changes.
    """
    wall = start.astimezone(zone).replace(tzinfo=None)
    midnight = datetime.combine(wall.date(), time())
    if step > 2 * DAY:
        midnight -= timedelta(days=midnight.weekday())
    beyond = (wall - midnight) % step
    if step <= HOUR:
        yield from (start - beyond + number * step for number in count())
    latest = start - DAY - step
    for number in count():
        instant = (wall - beyond + number * step).replace(tzinfo=zone).astimezone(UTC)
        if instant > latest:  # of a time or a day that the zone skips there is nothing to show
            yield instant
            latest = instant


def _label(wall: datetime, step: timedelta) -> str:
    if step >= FOUR_WEEKS:
        return f"{wall:%Y-%m-%d}"
    if step >= DAY or (wall.hour, wall.minute, wall.second) == (0, 0, 0):
        return f"{wall:%b %d}"
    return f"{wall:%H:%M}" if step >= timedelta(minutes=1) else f"{wall:%H:%M:%S}"


def _width(step: timedelta) -> int:
    """How wide labels at this step get."""
    if step >= FOUR_WEEKS:
        return len("2026-01-01")
    return len("12:00:00") if step < timedelta(minutes=1) else len("Jan 01")
