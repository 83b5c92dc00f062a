"""What the runner tells the world: one frozen value per kind of event, with a stable name.

The wording of log lines lives with the listener that writes them, not here.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from pathlib import Path

from linodctl.domain import LogLevel, Result, SkipReason, Task, Trigger
from linodctl.values import Value


class ConfigInForce(Value):
    """What is declared from now on: told at the start, and again when a reload is accepted."""

    unshown = ("tasks", "notify")

    site: str
    timezone: str
    file: Path
    """The first one of the config."""
    tasks: tuple[Task, ...]
    notify: Mapping[str, tuple[str, ...]]
    """Addresses for alerts by tag; secret."""
    metrics: tuple[str, int] | None = None
    """The address and the port at which they are served, if they are."""


class RunnerStarted(Value):
    site: str
    pid: int
    tasks: int
    state: str
    away_since: datetime | None
    """When the runner before this one was last alive; None for the first ever."""
    unclean: bool
    """Whether that one ended without saying so."""


class CameBack(Value):
    """There was a time without a runner, and this is what became of it."""

    since: datetime
    until: datetime
    unclean: bool
    """Whether the runner before ended without saying so."""
    lost: tuple[tuple[int, str], ...]
    """Runs that died with it: run id and task."""
    caught_up: Mapping[str, int]
    """Slots of that time that are run now, by task."""
    skipped: Mapping[str, int]
    """Slots of that time that are given up, by task."""


class ClockStepped(Value):
    """The wall clock moved otherwise than time passed."""

    seconds: float
    """By so much; negative if it was set back."""
    asleep: bool
    """The machine was suspended meanwhile; nobody touched the clock."""


class PassRecorded(Value):
    """A pass of the loop is through, and the state file was written: told after each pass that wrote something, and
    each sign of life writes. Told no longer, the loop hangs, or nothing can be recorded. The first one means that the
    runner has begun: it is on record, and so is its first tick."""

    running: int
    """Runs that go on."""
    next_wakeup: datetime | None
    """When something is due next; None if nothing ever is."""


class RunnerStopping(Value):
    why: str
    running: int
    drain: float
    """Seconds that are left to the runs."""


class RunnerStopped(Value):
    why: str


class RunStarted(Value):
    run_id: int
    task: str
    trigger: Trigger
    scheduled_for: datetime
    attempt: int
    log_level: LogLevel
    """The task's: an ordinary run of a task that logs warnings only is not worth a line."""


class RunEnded(Value):
    run_id: int
    task: str
    result: Result
    seconds: float
    log_level: LogLevel
    again: bool = False
    """Another attempt follows."""


class SlotsSkipped(Value):
    task: str
    reason: SkipReason
    first: datetime
    last: datetime
    count: int
    detail: str


class TaskDisabled(Value):
    task: str
    reason: str


class TaskUnrunnable(Value):
    """The task's code can't be found; it is disabled until a reload finds it."""

    task: str
    why: str


class TaskEnabled(Value):
    task: str
    why: str


class TaskOverdue(Value):
    """It had no success within its `expect`; told once, until it has one."""

    task: str
    since: datetime
    """When that time was over."""


class TaskInTime(Value):
    """It was overdue, and no longer is: it succeeded, or nothing is expected of it now."""

    task: str


class ConfigReloading(Value):
    """Somebody asked for it, and now it begins; it ends with one of the three below, unless the runner stops."""


class ConfigReloaded(Value):
    tasks: int


class ConfigRejected(Value):
    """A reload found problems; the old config goes on."""

    problems: str


class ReloadFailed(Value):
    """Something else than the new config is in the way; the old one goes on."""

    why: str


class CodeRefreshed(Value):
    """Files that the zygote had imported changed; a new one has taken its place."""


class Undelivered(Value):
    """Something that should tell others did not arrive; told once, until it does again."""

    to: str
    """The address, masked."""
    why: str
    given_up: bool
    """It is not tried again."""


class DeliveredAgain(Value):
    """What is sent to this address arrives again."""

    to: str


class Trouble(Value):
    """Something around the runner is not as it should be: a disk, a socket, a zygote."""

    what: str
    kind: str = ""
    """What it is about, if it lasts: then `Mended` of that kind tells its end."""


class Mended(Value):
    """A trouble is over."""

    kind: str
    what: str


Event = (
    ConfigInForce
    | RunnerStarted
    | CameBack
    | ClockStepped
    | PassRecorded
    | RunnerStopping
    | RunnerStopped
    | RunStarted
    | RunEnded
    | SlotsSkipped
    | TaskDisabled
    | TaskUnrunnable
    | TaskEnabled
    | TaskOverdue
    | TaskInTime
    | ConfigReloading
    | ConfigReloaded
    | ConfigRejected
    | ReloadFailed
    | CodeRefreshed
    | Undelivered
    | DeliveredAgain
    | Trouble
    | Mended
)

Listener = Callable[[Event], None]
