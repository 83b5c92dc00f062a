"""One task's time in cells of equal length: how many runs started and how many slots were skipped in each."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta


@dataclass(frozen=True, slots=True)
class Grid:
    """`count` cells of `length`, the first from `start` on; what lies outside belongs to the first or the last."""

    start: datetime
    length: timedelta
    count: int

    def cell(self, instant: datetime) -> int:
        return min(max((instant - self.start) // self.length, 0), self.count - 1)


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
        left, right = self._grid.cell(first), self._grid.cell(last)
        share = max(1, count // (right + 1 - left))
        for cell in range(left, right + 1):
            self.skips[cell] += share
