"""The only place that looks at a clock. Everything else is handed an instant."""

from __future__ import annotations

import os
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


_SINCE_BOOT: int | None = getattr(time, "CLOCK_BOOTTIME", None)
_TICK = 1_000_000_000 // os.sysconf("SC_CLK_TCK")


def boot_ticks() -> int | None:
    """Now, as the kernel notes when a process started (`identity.process_started`); None where it has no such clock."""
    return None if _SINCE_BOOT is None else time.clock_gettime_ns(_SINCE_BOOT) // _TICK


def seconds_since(stamp: float) -> float:
    """How long ago that was, in seconds since the epoch, as files are stamped; below zero if it is still to come."""
    return time.time() - stamp
