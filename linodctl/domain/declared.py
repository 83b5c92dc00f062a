"""What a site declares: procedures, tasks, and the options of a task by who obeys them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from linodctl.domain.words import Isolation, LogLevel, Missed, OnLost, Overlap
from linodctl.recurrence import Recurrence
from linodctl.values import Value, field


class Retries(Value):
    """How often and when a failed run is tried again: `attempts` counts the first one too."""

    attempts: int = 1
    delay: timedelta = timedelta(seconds=10)
    backoff: float = 1.0
    max_delay: timedelta = timedelta(minutes=10)

    def wait(self, attempt: int) -> timedelta:
        """The pause after the failed attempt number `attempt` (1 is the first): delay × backoff^(attempt-1)."""
        try:
            pause = self.delay * self.backoff ** (attempt - 1)
        except OverflowError:
            return self.max_delay
        return min(pause, self.max_delay)


class Policy(Value):
    """The rules by which `planning` decides for a task. Shared between tasks that agree."""

    missed: Missed = Missed.LATEST
    missed_window: timedelta = timedelta(days=365)
    tolerance: timedelta = timedelta(seconds=60)
    overlap: Overlap = Overlap.SKIP
    on_lost: OnLost = OnLost.RECORD
    disable_after: int | None = 1
    """Consecutive failed runs (retries exhausted) that disable the task; None is `never`."""
    retry_disabled_after: timedelta | None = None
    retries: Retries = Retries()
    run_after: tuple[str, ...] = ()
    use: tuple[str, ...] = ()
    expect: timedelta | None = None


class Launch(Value):
    """How `execution` carries out a run. Shared between tasks that agree."""

    func: str
    isolation: Isolation = Isolation.PROCESS
    reuse: int = 1
    args: Mapping[str, Any] = field(default_factory=dict)
    env: Mapping[str, str] = field(default_factory=dict)
    cwd: str = "."
    nice: int | None = None
    memory_limit: int | None = None
    """Bytes of address space."""
    user: str | None = None
    timeout: timedelta = timedelta(hours=2)
    grace: timedelta = timedelta(seconds=10)
    """Between TERM and KILL."""

    @property
    def is_fresh(self) -> bool:
        """Whether each run has a process of its own."""
        return self.isolation is Isolation.PROCESS and self.reuse == 1


class Procedure(Value):
    """A function by dotted path with its defaults."""

    name: str
    func: str
    description: str
    recurrence: Recurrence
    log_level: LogLevel


class Task(Value):
    """When and how a procedure runs on this site."""

    unshown = ("ping",)

    number: int
    """1-based, in the order of the config."""
    name: str
    procedure: str
    recurrence: Recurrence
    policy: Policy
    launch: Launch
    log_level: LogLevel = LogLevel.INFO
    description: str = ""
    tags: tuple[str, ...] = ()
    ping: str | None = None
    """The http address to be told of its starts and ends; secret."""
    disabled: str | None = None
    """Why the declaration (or a path that doesn't resolve) disables it; None if it doesn't."""
