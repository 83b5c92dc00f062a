"""Rows of the state file that are not in `domain`: they matter to whoever reads or writes it, not to scheduling."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Protocol

from linodctl.domain import Outcome, Request, SkipReason
from linodctl.values import Value


class RequestRow(Request):
    """A request with what became of it."""

    run_id: int | None = None
    """Its first run."""
    started_at: datetime | None = None
    cancelled_at: datetime | None = None
    """When it was withdrawn before it started."""
    cancelled_by: str | None = None


class LogRow(Value):
    """One captured record of a run's log."""

    id: int
    """Grows in the order in which records came in."""
    run_id: int
    task: str
    time: datetime
    level: int
    logger: str
    text: str


class LogRecord(Protocol):
    """What `Ledger.log` takes: a LogRow, or the executor's own record."""

    @property
    def time(self) -> datetime: ...

    @property
    def level(self) -> int: ...

    @property
    def logger(self) -> str: ...

    @property
    def text(self) -> str: ...


class Edit(Value):
    """A wish of a person: what was asked, by whom, when."""

    id: int
    at: datetime
    who: str
    task: str
    action: str
    """`request`, `withdraw`, `cancel_run`, `forgo`, `enable`, `disable`, `reset`, `set`, `unset`."""
    detail: Mapping[str, Any]


class Override(Value):
    """One option of a task as set at run time."""

    value: Any
    who: str
    at: datetime


class Discovered(Value):
    """A decorated function that `discover` found."""

    module: str
    name: str
    func: str
    options: Mapping[str, Any]


class DiscoveredLike(Protocol):
    """What `Store.put_discovered` takes: a Discovered, or the executor's own finding."""

    @property
    def module(self) -> str: ...

    @property
    def name(self) -> str: ...

    @property
    def func(self) -> str: ...

    @property
    def options(self) -> Mapping[str, Any]: ...


class RunnerRow(Value):
    """One life of the runner."""

    id: int
    site: str
    pid: int
    pid_started: str | None
    host: str
    boot_id: str
    version: str
    started: datetime
    heartbeat: datetime
    """When it was last known to be alive."""
    stopped: datetime | None
    """None while it lives, and for ever if it was killed."""


class Ran(Value):
    """Runs of one task that ended alike."""

    runs: int
    seconds: float
    """That they took, together."""


class Late(Value):
    """Starts of slots that were late by up to `within` seconds, and by more than the next smaller bound."""

    within: float
    starts: int
    seconds: float
    """By which they were late, together."""


class Totals(Value):
    """What has been counted since the site began; nothing in it ever falls."""

    runs: Mapping[tuple[str, Outcome], Ran]
    skips: Mapping[tuple[str, SkipReason], int]
    """Slots that were given up, by task and reason."""
    late: Sequence[Late]
    """By bound, the smallest first; the last one is infinite."""
