"""What the executor tells the runner. On one run, in this order: Started (of a process of its own), any Logged and
Progressed, Ended."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import NamedTuple

from linodctl.domain import Result
from linodctl.values import Value


class LogLine(NamedTuple):
    """One captured record. A tuple, for a chatty run makes a hundred thousand of them."""

    time: datetime
    """Aware UTC."""
    level: int
    logger: str
    text: str


def log_line(when: float, level: int, logger: str, text: str) -> LogLine:
    """A record as a worker or a thread sends it; a level that `logging` has no name for is the nearest that it has."""
    if type(level) is not int or not 0 <= level <= 100:
        level = min(max(int(level), 0), 100)
    return LogLine(datetime.fromtimestamp(when, UTC), level, str(logger), str(text))


class Started(Value):
    """The run's process is there."""

    run_id: int
    pid: int
    pid_started: str
    """The kernel's start time of `pid`; empty where it can't be known."""


class Logged(Value):
    """Some lines of the run's log, in their order."""

    run_id: int
    records: tuple[LogLine, ...]


class Progressed(Value):
    """How far the run says it is."""

    run_id: int
    done: float
    total: float | None
    text: str


class Ended(Value):
    """The last word on a run."""

    run_id: int
    result: Result
    at: datetime | None = None
    """When that was, aware UTC; None: when it is read."""


class ZygoteDied(Value):
    """A zygote died under these runs (their `Ended` came before this); another one is being started."""

    run_ids: tuple[int, ...]
    why: str


class ZygoteMissing(Value):
    """There is none, and it can't be started now; it is tried again and again."""

    why: str


class ZygoteReady(Value):
    """There is one again."""


Report = Started | Logged | Progressed | Ended | ZygoteDied | ZygoteMissing | ZygoteReady
