"""What happened and what is remembered of it: states, requests, runs and skips. All instants are aware UTC."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from linodctl.domain.words import LogLevel, Outcome, SkipReason, Trigger
from linodctl.values import Value, field


class Pending(Value):
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


class TaskState(Value):
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

    def further_attempts(self, request_id: int | None = None) -> tuple[Pending, ...]:
        """What waits to be tried again, of one request or of everything."""
        again = (item for item in self.pending if item.trigger in (Trigger.RETRY, Trigger.RERUN))
        return tuple(item for item in again if request_id in (None, item.request_id))


class Request(Value):
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


class Result(Value):
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
    retry_wanted: bool = False
    """The procedure raised `Retry`."""
    retry_after: timedelta | None = None
    """After this pause; None means the task's own."""
    message: str | None = None
    """What the procedure returned, as one line of text, if anything."""


class Run(Value):
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
    owner: str | None = None
    """The process that recorded it, as `identity.myself` names it: the runner, or a `trigger --here`."""
    progress: tuple[float, float | None, str] | None = None
    """done, total (if known), text."""
    cancel_requested: str | None = None
    """Who asked to stop it, while it runs."""


class Lately(Value):
    """How a task's latest runs ended and how long they took, the last to end first: no more needs to be known of many.

    They are 15 at the most (`store.lately.KEPT`): what `usual` means is the median over these.
    """

    outcomes: tuple[Outcome, ...]
    seconds: tuple[float, ...]
    """As many as there are outcomes, in the same order."""


class SkipRow(Value):
    """A streak of slots of one task that were not run for the same reason."""

    skip_id: int
    task: str
    reason: SkipReason
    slot: datetime
    last_slot: datetime
    count: int
    detail: str = ""
    """What was in the way, in words: the run, the limit, the runner's absence."""
