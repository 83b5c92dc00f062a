"""What things are: frozen values for procedures, tasks, runs and requests, and one enum per policy.

A policy's members carry their definition; the code that obeys them is in `planning/`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from linodctl.recurrence import Recurrence

# --- policies ------------------------------------------------------------------------------------


class Missed(StrEnum):
    """What happens to slots that came due while nobody could start them."""

    LATEST = "latest"
    """Run the latest owed slot once; the others become skips."""
    ALL = "all"
    """Run every owed slot, oldest first, one after the other."""
    SKIP = "skip"
    """Run none that is more than `tolerance` late."""


class Overlap(StrEnum):
    """What happens to a slot that comes due while the task's previous run has not ended or not started yet."""

    SKIP = "skip"
    """Drop the slot; look again at the next one. (A request waits instead.)"""
    QUEUE_ONE = "queue_one"
    """Keep the first slot that waits; drop later ones."""
    QUEUE_ALL = "queue_all"
    """Keep every slot; run them one after the other."""
    CANCEL = "cancel"
    """Ask the running one to stop; start when it has ended. A slot already waiting is superseded."""
    ALLOW = "allow"
    """Start at once, next to the running one."""


class OnLost(StrEnum):
    """What happens when a run's worker, or the runner under it, died."""

    RECORD = "record"
    """Record it as `lost` and leave it: at most once."""
    RERUN = "rerun"
    """Record it and run the slot again as a new attempt: at least once."""


class Isolation(StrEnum):
    """Where a run happens."""

    PROCESS = "process"
    """In a child process of its own: can be stopped, limited, and dies alone."""
    THREAD = "thread"
    """In a thread of the runner: cheapest; can't be killed, only asked to stop."""


class Outcome(StrEnum):
    """How a run ended."""

    SUCCEEDED = "succeeded"
    WARNED = "warned"
    """The procedure raised a `Warning`: ends the run, doesn't count as a failure."""
    FAILED = "failed"
    TIMED_OUT = "timed_out"
    CANCELLED = "cancelled"
    LOST = "lost"
    """The worker or the runner died under it."""
    SKIPPED = "skipped"
    """The procedure raised `Skip`: the run's row has the reason `procedure`."""

    @property
    def is_failure(self) -> bool:
        """Whether it counts towards `disable_after` and calls for a retry."""
        return self in (Outcome.FAILED, Outcome.TIMED_OUT)

    @property
    def is_fine(self) -> bool:
        """Whether someone who waited for the run is told that all went well (exit code 0)."""
        return self in (Outcome.SUCCEEDED, Outcome.WARNED, Outcome.SKIPPED)


class Trigger(StrEnum):
    """Why a run was started."""

    SCHEDULE = "schedule"
    REQUEST = "request"
    CATCH_UP = "catch_up"
    RETRY = "retry"
    RERUN = "rerun"
    PROBATION = "probation"
    STARTUP = "startup"

    @property
    def is_slot(self) -> bool:
        """Whether it is the first start of a slot: no request, no probation and no further attempt at something."""
        return self in (Trigger.SCHEDULE, Trigger.CATCH_UP, Trigger.STARTUP)


class SkipReason(StrEnum):
    """Why a slot was not run."""

    OVERLAP = "overlap"
    """The task was still running."""
    MISSED = "missed"
    """Too late: beyond `tolerance` under `missed: skip`, or older than `missed_window`."""
    SUPERSEDED = "superseded"
    """A later slot of the task ran in its place."""
    DISABLED = "disabled"
    WINDOW = "window"
    """Outside `between`/`on`, `from` or `until`: never a slot; `explain` names it."""
    HOLIDAY = "holiday"
    """Taken out by `except`: never a slot; `explain` names it."""
    LIMIT = "limit"
    """The task's earlier slot still waited for room when this one came due."""
    COUNT_REACHED = "count_reached"
    """It waited, and meanwhile other runs used up `count`."""
    RUNNER_DOWN = "runner_down"
    """No runner was alive when it came due, and it was too late or superseded afterwards."""
    PROCEDURE = "procedure"
    """The procedure raised `Skip`."""


class LogLevel(StrEnum):
    """The levels of a task's log, with the numbers of the `logging` module."""

    DEBUG = "DEBUG"
    INFO = "INFO"
    WARNING = "WARNING"
    ERROR = "ERROR"
    CRITICAL = "CRITICAL"

    @property
    def number(self) -> int:
        return 10 * (list(LogLevel).index(self) + 1)

    @property
    def use(self) -> str:
        """When to choose it."""
        return _LEVEL_USE[self]


_LEVEL_USE = {
    LogLevel.DEBUG: "Everything, while looking for a mistake.",
    LogLevel.INFO: "The usual level: what was done.",
    LogLevel.WARNING: "Tasks that run every few seconds: only what is unexpected.",
    LogLevel.ERROR: "Only what failed.",
    LogLevel.CRITICAL: "Only what needs someone at once.",
}


# --- what is declared ----------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Retries:
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


@dataclass(frozen=True, slots=True)
class Policy:
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


@dataclass(frozen=True, slots=True)
class Launch:
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


@dataclass(frozen=True, slots=True)
class Procedure:
    """A function by dotted path with its defaults."""

    name: str
    func: str
    description: str
    recurrence: Recurrence
    log_level: LogLevel


@dataclass(frozen=True, slots=True)
class Task:
    """When and how a procedure runs on this site."""

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
    disabled: str | None = None
    """Why the declaration (or a path that doesn't resolve) disables it; None if it doesn't."""


# --- what happened -------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Pending:
    """A start that is owed and waits: for the previous run, for room, or for its time (a retry's, a probation's)."""

    slot: datetime
    attempt: int = 1
    trigger: Trigger = Trigger.SCHEDULE
    due: datetime | None = None
    """Not before this instant; None means at once."""
    until: datetime | None = None
    """If set, it stands for every slot of the task from `slot` to `until`: they start one after the other."""
    request_id: int | None = None
    """The request whose retry this is, if any."""


@dataclass(frozen=True, slots=True)
class TaskState:
    """What is remembered of a task between ticks and between runners. All instants are aware UTC."""

    name: str
    first_seen: datetime | None = None
    anchor: datetime | None = None
    """Where interval grids start; None until first seen."""
    settled: datetime | None = None
    """Every slot up to and including this instant is in `runs`, in `skips` or in `pending`."""
    pending: tuple[Pending, ...] = ()
    recurrence: str = ""
    """The rule's text as last seen; when it differs from the declared one, nothing is owed under the old one."""
    used: int = 0
    """Runs of slots so far under this recurrence: what `count` and `max_events` limit."""
    last_slot: datetime | None = None
    last_start_time: datetime | None = None
    last_end_time: datetime | None = None
    last_outcome: Outcome | None = None
    last_success: datetime | None = None
    disabled: bool = False
    disabled_reason: str | None = None
    disabled_at: datetime | None = None
    disabled_until: datetime | None = None
    failures: int = 0
    """Failed runs in a row."""
    memory: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Request:
    """A wish to run a task as soon as possible, waiting to be started."""

    request_id: int
    task: str
    requested_at: datetime
    args: Mapping[str, Any] = field(default_factory=dict)
    log_level: LogLevel | None = None
    as_of: datetime | None = None
    requested_by: str = ""

    @property
    def scheduled_for(self) -> datetime:
        """The instant the run is told it is for."""
        return self.as_of or self.requested_at


@dataclass(frozen=True, slots=True)
class Result:
    """How a run ended, as `execution` reports it."""

    outcome: Outcome
    reason: str | None = None
    """One line: why it was skipped, cancelled or lost, what it warned of."""
    error: str | None = None
    """The traceback or other long text of a failure."""
    exit_code: int | None = None
    signal: int | None = None
    cpu_seconds: float | None = None
    max_rss: int | None = None
    """Bytes."""
    memory: Mapping[str, Any] | None = None
    """`ar.memory` as the procedure left it; None leaves the stored one."""
    retry_after: timedelta | None = None
    """The procedure raised `Retry(after=…)`."""
    message: str | None = None
    """What the procedure returned, as one line of text, if anything."""


@dataclass(frozen=True, slots=True)
class Run:
    """One execution, as the store has it."""

    run_id: int
    task: str
    procedure: str
    trigger: Trigger
    scheduled_for: datetime
    attempt: int
    log_level: LogLevel
    start_time: datetime
    slot: datetime | None = None
    """The slot it is for; None for a request's."""
    request_id: int | None = None
    end_time: datetime | None = None
    outcome: Outcome | None = None
    reason: str | None = None
    error: str | None = None
    message: str | None = None
    exit_code: int | None = None
    signal: int | None = None
    cpu_seconds: float | None = None
    max_rss: int | None = None
    host: str | None = None
    pid: int | None = None
    pid_started: str | None = None
    """The kernel's start time of `pid` (field 22 of /proc/PID/stat), which tells it from a later process."""
    progress: tuple[float, float, str] | None = None
    """done, total, text."""
    cancel_requested: str | None = None
    """Who asked to stop it, while it runs."""


@dataclass(frozen=True, slots=True)
class SkipRow:
    """A streak of slots of one task that were not run for the same reason."""

    skip_id: int
    task: str
    reason: SkipReason
    slot: datetime
    last_slot: datetime
    count: int
    detail: str = ""
    """What was in the way, in words: the run, the limit, the runner's absence."""
