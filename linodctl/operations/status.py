"""The site as a whole: whether its runner is alive, what it has in hand, and what it should have."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from linodctl.config import ConfigError, drift
from linodctl.domain import Request, Run
from linodctl.identity import still_lives
from linodctl.operations.lists import TaskLine, statuses
from linodctl.planning.trends import usual_of_each
from linodctl.store import open_reader
from linodctl.store.lock import SiteLock
from linodctl.values import Value, field

if TYPE_CHECKING:
    from linodctl.domain import Task
    from linodctl.operations.site import Site
    from linodctl.store.reading import Reader, RunnerRow

T = TypeVar("T")

CONFIG_ERROR, RUNNING_CONFIG, RECOVERY = "config_error", "running_config", "recovery"
"""The runner's notes. (Its own constants have the same values, which a test sees to: importing them would import the
whole runner.)"""

PATIENCE = 2.0
"""Seconds for which the runner may be busy before its answer is done without."""

LATE = timedelta(seconds=60)
"""How long a start may wait before `status` calls it late."""


class Stuck(Value):
    """Something that alerts or pings are sent to, and that did not take them."""

    to: str
    """Masked."""
    since: datetime
    why: str


class Alerts(Value):
    """What was to be told to others, and could not be so far. Of a dead runner: when it was last alive."""

    waiting: int = 0
    """Messages that are still tried."""
    given_up: int = 0
    """Messages that nobody got, ever."""
    stuck: tuple[Stuck, ...] = ()


class SiteStatus(Value):
    """The runner and what it has in hand."""

    alive: bool
    site: str
    pid: int | None = None
    since: datetime | None = None
    version: str | None = None
    last_seen: datetime | None = None
    """When a runner was last known alive, if none is now."""
    clean_end: bool = True
    config_error: str | None = None
    """The problems of the last reload: the runner goes on with the config before it."""
    config_problems: str | None = None
    """The problems of the config as it is on disk now; then nothing is known of its tasks."""
    config_changed: list[str] = field(default_factory=list)
    """Files of the config that are not as the living runner read them, absolute paths."""
    troubles: list[str] | None = None
    """What the living runner says is wrong around it; None if it doesn't answer."""
    recovery: dict[str, Any] | None = None
    """What the latest runner found when it began, as `runner.comeback` notes it; None for a site's first one."""
    zone: str = "UTC"
    """The site's time zone."""
    running: list[Run] = field(default_factory=list)
    usual: Mapping[str, timedelta] = field(default_factory=dict)
    """How long runs of the tasks that run usually take, where that is known."""
    requested: list[Request] = field(default_factory=list)
    disabled: list[TaskLine] = field(default_factory=list)
    late: list[TaskLine] = field(default_factory=list)
    """What should have started by now, or should have succeeded."""
    alerts: Alerts = Alerts()

    def is_dead(self, run: Run) -> bool:
        """Whether an open run's runner has died under it: the next one will mark it `lost`."""
        return not self.alive and not (run.owner and still_lives(run.owner))


def status(site: Site) -> SiteStatus:
    """How the site is. Never an error just because no runner is alive, or because one lives with an older config than
    the one on disk, which has problems; ConfigError if it has, and none lives."""
    try:
        return _status(site, site.state, site.loaded.tasks, site=site.loaded.site, zone=site.loaded.timezone)
    except ConfigError as error:
        peeked = site.declaration.peek()
        state = site.declaration.state_path(Path(peeked["state"]))
        if SiteLock(state).holder() is None:
            raise
        told = {"site": peeked["site"], "zone": peeked["timezone"], "config_problems": str(error)}
        return _status(site, state, (), **told)


def _status(asked: Site, state: Path, tasks: Sequence[Task], **known: Any) -> SiteStatus:
    now = asked.now()
    holder = SiteLock(state).holder()
    with open_reader(state) as reader, reader.snapshot():
        lines = statuses(tasks, reader, now)
        troubles = troubles_of(state) if holder is not None else []
        return seen(reader, holder, lines, now, asked.declaration.paths, troubles=troubles, **known)


def seen(
    reader: Reader,
    holder: Mapping[str, Any] | None,
    lines: Iterable[TaskLine],
    now: datetime,
    paths: Sequence[Path],
    **known: Any,
) -> SiteStatus:
    """How the site with its config in `paths` is at `now`, as far as it can be read; the rest is `known`."""
    lines, running = list(lines), reader.running()
    differing = partial(drift.differing, paths=paths)
    return SiteStatus(
        config_error=_noted(reader, CONFIG_ERROR, str, None),
        config_changed=_noted(reader, RUNNING_CONFIG, differing, []) if holder is not None else [],
        recovery=_noted(reader, RECOVERY, dict, None),
        running=running,
        usual=usual_of_each(reader.lately([run.task for run in running])),
        requested=reader.requests(),
        disabled=[line for line in lines if line.status.disabled],
        late=late(lines, now),
        alerts=_alerts(reader),
        **_runner(holder, reader.runner()),
        **known,
    )


def troubles_of(state: Path) -> list[str] | None:
    """What the runner itself says is wrong, even with the state file; None if it doesn't answer."""
    from linodctl.runner.calling import ask

    answer = ask(state, "status", timeout=PATIENCE)
    return None if answer is None else [str(trouble) for trouble in answer.get("troubles", ())]


def is_alive(site: Site) -> bool:
    """Whether a runner holds the site."""
    return SiteLock(site.state).holder() is not None


def has_had_runner(site: Site) -> bool:
    """Whether a runner has ever worked on the site."""
    with site.reading() as reader:
        return reader.runner() is not None


def _noted(reader: Reader, key: str, read: Callable[[Any], T], nothing: T) -> T:
    """What the runner's note says; one of another shape, which somebody has meddled with, says nothing."""
    note = reader.note(key)
    try:
        return nothing if note is None else read(note)
    except (KeyError, TypeError, ValueError, AttributeError):
        return nothing


def _alerts(reader: Reader) -> Alerts:
    waiting, given_up = _noted(reader, "alerts_outbox", lambda box: (len(box["letters"]), int(box["given_up"])), (0, 0))
    return Alerts(waiting, given_up, stuck=_noted(reader, "undelivered", _stuck, ()))


def _stuck(items: Sequence[Mapping[str, str]]) -> tuple[Stuck, ...]:
    return tuple(Stuck(item["to"], datetime.fromisoformat(item["since"]), item["why"]) for item in items)


def _runner(holder: Mapping[str, Any] | None, row: RunnerRow | None) -> dict[str, Any]:
    """What is known of the runner: from the lock if it is held, else from the last one's record."""
    if holder is None:
        seen = (row.stopped or row.heartbeat) if row else None
        return {"alive": False, "last_seen": seen, "clean_end": row is None or row.stopped is not None}
    since = holder.get("since")
    return {
        "alive": True,
        "pid": holder.get("pid"),
        "since": datetime.fromisoformat(since) if since else None,
        "version": holder.get("version"),
    }


def late(lines: Iterable[TaskLine], now: datetime) -> list[TaskLine]:
    """What should have started by now, or should have succeeded."""
    return [line for line in lines if is_late(line, now) or line.status.overdue_since is not None]


def is_late(line: TaskLine, now: datetime, than: timedelta = LATE) -> bool:
    """Whether a start of the task has waited for longer than it may."""
    next_time = line.status.next_time
    known = line.state is not None and line.state.settled is not None
    return known and line.status.state == "asap" and next_time is not None and now - next_time > than
