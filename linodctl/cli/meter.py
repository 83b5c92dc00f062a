"""How far a long calculation is: a percentage at the foot of the terminal, gone when it is done."""

from __future__ import annotations

import sys
from datetime import datetime
from types import TracebackType
from typing import Self

from linodctl.clock import Clock

SILENT = 1.0
"""Seconds in which most calculations are done, so that nothing needs to be shown."""
BETWEEN = 0.2
"""Seconds from one drawing to the next."""
CALLS = 200
"""Only every so-manyth call looks at the clock."""


class Meter:
    """Told again and again which instant of a span has been `reached`; writes to stderr if a person looks there."""

    def __init__(self, start: datetime, end: datetime, clock: Clock, *, quiet: bool = False) -> None:
        self._start, self._length = start, end - start
        self._monotonic = clock.monotonic
        self._next = self._monotonic() + SILENT
        self._calls = 0
        self._drawn = False
        self._hidden = quiet or not sys.stderr.isatty()

    def reached(self, instant: datetime) -> None:
        self._calls += 1
        if self._hidden or self._calls % CALLS or self._monotonic() < self._next:
            return
        self._next = self._monotonic() + BETWEEN
        self._drawn = True
        sys.stderr.write(f"\r{(instant - self._start) / self._length:4.0%}")
        sys.stderr.flush()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        if self._drawn:
            sys.stderr.write("\r    \r")
            sys.stderr.flush()
