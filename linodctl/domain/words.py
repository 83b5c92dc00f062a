"""The words with a fixed meaning: policies, outcomes, reasons, levels. Each member carries its definition."""

from __future__ import annotations

from enum import StrEnum


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
        return self in _FAILURES

    @property
    def is_fine(self) -> bool:
        """Whether someone who waited for the run is told that all went well (exit code 0)."""
        return self in _FINE


# Once: an enum looks a member up more slowly than it is compared.
_FAILURES = (Outcome.FAILED, Outcome.TIMED_OUT)
_FINE = (Outcome.SUCCEEDED, Outcome.WARNED, Outcome.SKIPPED)


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
        return self in _OF_SLOTS


_OF_SLOTS = (Trigger.SCHEDULE, Trigger.CATCH_UP, Trigger.STARTUP)


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
        return _LEVEL_NUMBER[self]

    @property
    def use(self) -> str:
        """When to choose it."""
        return _LEVEL_USE[self]


_LEVEL_NUMBER = {level: 10 * place for place, level in enumerate(LogLevel, start=1)}

_LEVEL_USE = {
    LogLevel.DEBUG: "Everything, while looking for a mistake.",
    LogLevel.INFO: "The usual level: what was done.",
    LogLevel.WARNING: "Tasks that run every few seconds: only what is unexpected.",
    LogLevel.ERROR: "Only what failed.",
    LogLevel.CRITICAL: "Only what needs someone at once.",
}
