"""`10 seconds`, `5 minutes`, `hour`: elapsed time on a grid that starts at the anchor and never drifts."""

from __future__ import annotations

from datetime import datetime, timedelta

from linodctl.recurrence.rule import Frame, Rule, Span
from linodctl.recurrence.words import UNIT_SECONDS


class Interval(Rule):
    """Slots at anchor + k·step, k = 0, 1, 2, …, whatever the wall clock does. `unit` is second, minute or hour."""

    every: int
    unit: str

    @property
    def text(self) -> str:
        return f"{self.every} {self.unit}{'s' if self.every > 1 else ''}"

    @property
    def is_bare(self) -> bool:
        return True

    @property
    def in_seconds(self) -> bool:
        return self.unit == "second"

    @property
    def step(self) -> timedelta:
        return timedelta(seconds=self.every * UNIT_SECONDS[self.unit])

    def next_after(self, instant: datetime, frame: Frame) -> datetime | None:
        anchor = frame.anchor
        if instant < anchor:
            return anchor
        step = self.step
        return anchor + ((instant - anchor) // step + 1) * step

    def summary(self, after: datetime, until: datetime, frame: Frame) -> Span | None:
        first = self.next_after(after, frame)
        if first is None or first > until:
            return None
        further = (until - first) // self.step
        return Span(first, first + further * self.step, further + 1)
