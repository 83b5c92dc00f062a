"""One task's time in cells: how many runs started and how many slots were skipped in each."""

from __future__ import annotations

from bisect import bisect_right
from datetime import datetime

from linodctl.values import Value


class Grid(Value):
    """Cells between neighbouring `edges`, which are in order; what lies outside belongs to the first or the last."""

    edges: tuple[datetime, ...]

    @property
    def count(self) -> int:
        return len(self.edges) - 1

    def cell(self, instant: datetime) -> int:
        return min(max(bisect_right(self.edges, instant) - 1, 0), len(self.edges) - 2)


class Cells:
    """What happened to one task in each cell of the grid."""

    __slots__ = ("_grid", "runs", "skips")

    def __init__(self, grid: Grid) -> None:
        self._grid = grid
        self.runs = [0] * grid.count
        self.skips = [0] * grid.count

    def run_at(self, instant: datetime) -> None:
        self.runs[self._grid.cell(instant)] += 1

    def skipped(self, first: datetime, last: datetime, count: int) -> None:
        """`count` slots from `first` to `last`, taken as evenly spread."""
        marks = min(count, self._grid.cell(last) - self._grid.cell(first) + 1)
        step = (last - first) / max(1, count - 1)
        for number in range(marks):
            slot = number * (count - 1) // max(1, marks - 1)
            self.skips[self._grid.cell(first + slot * step)] += count // marks
