"""One task's time in cells of equal length: how many runs started and how many slots were skipped in each."""

from __future__ import annotations

from datetime import datetime


class Cells:
    """`count` cells from `start` to `end`; what lies outside belongs to the first or the last."""

    __slots__ = ("_length", "_start", "runs", "skips")

    def __init__(self, start: datetime, end: datetime, count: int) -> None:
        self._start = start
        self._length = (end - start) / count
        self.runs = [0] * count
        self.skips = [0] * count

    def run_at(self, instant: datetime) -> None:
        self.runs[self._cell(instant)] += 1

    def skipped(self, first: datetime, last: datetime, count: int) -> None:
        """`count` slots from `first` to `last`, taken as evenly spread."""
        left, right = self._cell(first), self._cell(last)
        for cell in range(left, right + 1):
            share = max(1, count // (right + 1 - left)) if cell < right or left == right else 1
            self.skips[cell] += share

    def _cell(self, instant: datetime) -> int:
        return min(max((instant - self._start) // self._length, 0), len(self.runs) - 1)
