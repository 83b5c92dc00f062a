"""What the runner tells the world: one frozen value per kind of event, with a stable name.

The wording of log lines lives with the listener that writes them, not here.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from linodctl.domain import LogLevel, Result, SkipReason, Task, Trigger


@dataclass(frozen=True, slots=True)
class ConfigInForce:
    """What is declared from now on: told at the start, and again when a reload is accepted."""

    site: str
    timezone: str
    file: Path
    """The first one of the config."""
    tasks: tuple[Task, ...] = field(repr=False)
    notify: Mapping[str, tuple[str, ...]] = field(repr=False)
    """Addresses for alerts by tag; secret."""
    metrics: tuple[str, int] | None = None
    """The address and the port at which they are served, if they are."""


@dataclass(frozen=True, slots=True)
class RunnerStarted:
    site: str
    pid: int
    tasks: int
    state: str
    away_since: datetime | None
    """When the runner before this one was last alive; None for the first ever."""
    unclean: bool
    """Whether that one ended without saying so."""


@dataclass(frozen=True, slots=True)
class CameBack:
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


@dataclass(frozen=True, slots=True)
class ClockStepped:
    """The wall clock moved otherwise than time passed."""

    seconds: float
    """By so much; negative if it was set back."""
    asleep: bool
    """The machine was suspended meanwhile; nobody touched the clock."""


@dataclass(frozen=True, slots=True)
class PassRecorded:
    """A pass of the loop is through, and the state file was written: told after each pass that wrote something, and
    each sign of life writes. Told no longer, the loop hangs, or nothing can be recorded. The first one means that the
    runner has begun: it is on record, and so is its first tick."""

    running: int
    """Runs that go on."""
    next_wakeup: datetime | None
    """When something is due next; None if nothing ever is."""


@dataclass(frozen=True, slots=True)
class RunnerStopping:
    why: str
    running: int
    drain: float
    """Seconds that are left to the runs."""


@dataclass(frozen=True, slots=True)
class RunnerStopped:
    why: str


@dataclass(frozen=True, slots=True)
class RunStarted:
    run_id: int
    task: str
    trigger: Trigger
    scheduled_for: datetime
    attempt: int
    log_level: LogLevel
    """The task's: an ordinary run of a task that logs warnings only is not worth a line."""


@dataclass(frozen=True, slots=True)
class RunEnded:
    run_id: int
    task: str
    result: Result
    seconds: float
    log_level: LogLevel
    again: bool = False
    """Another attempt follows."""


@dataclass(frozen=True, slots=True)
class SlotsSkipped:
    task: str
    reason: SkipReason
    first: datetime
    last: datetime
    count: int
    detail: str


@dataclass(frozen=True, slots=True)
class TaskDisabled:
    task: str
    reason: str


@dataclass(frozen=True, slots=True)
class TaskUnrunnable:
    """The task's code can't be found; it is disabled until a reload finds it."""

    task: str
    why: str


@dataclass(frozen=True, slots=True)
class TaskEnabled:
    task: str
    why: str


@dataclass(frozen=True, slots=True)
class TaskOverdue:
    """It had no success within its `expect`; told once, until it has one."""

    task: str
    since: datetime
    """When that time was over."""


@dataclass(frozen=True, slots=True)
class TaskInTime:
    """It was overdue, and no longer is: it succeeded, or nothing is expected of it now."""

    task: str


@dataclass(frozen=True, slots=True)
class ConfigReloading:
    """Somebody asked for it, and now it begins; it ends with one of the three below, unless the runner stops."""


@dataclass(frozen=True, slots=True)
class ConfigReloaded:
    tasks: int


@dataclass(frozen=True, slots=True)
class ConfigRejected:
    """A reload found problems; the old config goes on."""

    problems: str


@dataclass(frozen=True, slots=True)
class ReloadFailed:
    """Something else than the new config is in the way; the old one goes on."""

    why: str


@dataclass(frozen=True, slots=True)
class CodeRefreshed:
    """Files that the zygote had imported changed; a new one has taken its place."""


@dataclass(frozen=True, slots=True)
class Undelivered:
    """Something that should tell others did not arrive; told once, until it does again."""

    to: str
    """The address, masked."""
    why: str
    given_up: bool
    """It is not tried again."""


@dataclass(frozen=True, slots=True)
class DeliveredAgain:
    """What is sent to this address arrives again."""

    to: str


@dataclass(frozen=True, slots=True)
class Trouble:
    """Something around the runner is not as it should be: a disk, a socket, a zygote."""

    what: str
    kind: str = ""
    """What it is about, if it lasts: then `Mended` of that kind tells its end."""


@dataclass(frozen=True, slots=True)
class Mended:
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
