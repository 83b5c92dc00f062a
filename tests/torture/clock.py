"""A clock that can be set: the machine's, plus an offset read from a file, as if somebody turned the wall clock.

The monotonic clock doesn't notice, as with a real one.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

from linodctl.clock import SystemClock


class SteppedClock(SystemClock):
    """Every process that is given the same file sees the same time."""

    def __init__(self, file: Path) -> None:
        self._file = file

    def now(self) -> datetime:
        return super().now() + self.offset

    @property
    def offset(self) -> timedelta:
        try:
            return timedelta(seconds=float(self._file.read_text()))
        except FileNotFoundError:
            return timedelta(0)

    def step(self, by: timedelta) -> None:
        """Turn the wall clock, in one instant for everybody."""
        draft = self._file.with_suffix(".new")
        draft.write_text(str((self.offset + by).total_seconds()))
        draft.replace(self._file)
