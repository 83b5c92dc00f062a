"""The only place that looks at a clock. Everything else is handed an instant."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from typing import Protocol


class Clock(Protocol):
    """A source of time: `now()` an aware UTC instant, `monotonic()` seconds that never step back and don't pass while
    the machine is suspended, `asleep()` the seconds for which it has been suspended in all."""

    def now(self) -> datetime: ...

    def monotonic(self) -> float: ...

    def asleep(self) -> float: ...


class SystemClock:
    """The machine's clock."""

    def now(self) -> datetime:
        return datetime.now(UTC)

    def monotonic(self) -> float:
        return time.monotonic()

    def asleep(self) -> float:
        return time.clock_gettime(time.CLOCK_BOOTTIME) - time.monotonic()
