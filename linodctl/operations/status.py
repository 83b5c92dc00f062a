"""The site as a whole: whether its runner is alive, what it has in hand, and what it should have."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from linodctl.domain import Request, Run
from linodctl.operations.lists import TaskLine, statuses
from linodctl.store.lock import SiteLock

if TYPE_CHECKING:
    from linodctl.operations.site import Site
    from linodctl.store.reading import Reader, RunnerRow

LATE = timedelta(seconds=60)
"""How long a start may wait before `status` calls it late."""


@dataclass(frozen=True, slots=True)
class Stuck:
    """Something that alerts or pings are sent to, and that did not take them."""

    to: str
    """Masked."""
    since: datetime
    why: str


@dataclass(frozen=True, slots=True)
class Alerts:
    """What was to be told to others, and could not be so far. Of a dead runner: when it was last alive."""

    waiting: int = 0
    """Messages that are still tried."""
    given_up: int = 0
    """Messages that nobody got, ever."""
    stuck: tuple[Stuck, ...] = ()


@dataclass(frozen=True, slots=True)
class SiteStatus:
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
    running: list[Run] = field(default_factory=list)
    requested: list[Request] = field(default_factory=list)
    disabled: list[TaskLine] = field(default_factory=list)
    late: list[TaskLine] = field(default_factory=list)
    """What should have started by now, or should have succeeded."""
    alerts: Alerts = Alerts()


def status(site: Site) -> SiteStatus:
    """How the site is. Never an error just because no runner is alive."""
    now = site.now()
    holder = SiteLock(site.state).holder()
    with site.reading() as reader, reader.snapshot():
        lines = statuses(site.loaded.tasks, reader, now)
        return SiteStatus(
            site=site.loaded.site,
            config_error=reader.note("config_error"),
            running=reader.running(),
            requested=reader.requests(),
            disabled=[line for line in lines if line.status.disabled],
            late=[line for line in lines if is_late(line, now) or line.status.overdue_since is not None],
            alerts=_alerts(reader),
            **_runner(holder, reader.runner()),
        )


def is_alive(site: Site) -> bool:
    """Whether a runner holds the site."""
    return SiteLock(site.state).holder() is not None


def has_had_runner(site: Site) -> bool:
    """Whether a runner has ever worked on the site."""
    with site.reading() as reader:
        return reader.runner() is not None


def _alerts(reader: Reader) -> Alerts:
    outbox, stuck = reader.note("alerts_outbox") or {}, reader.note("undelivered") or []
    return Alerts(
        waiting=len(outbox.get("letters", [])),
        given_up=outbox.get("given_up", 0),
        stuck=tuple(Stuck(item["to"], datetime.fromisoformat(item["since"]), item["why"]) for item in stuck),
    )


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


def is_late(line: TaskLine, now: datetime) -> bool:
    """Whether a start of the task has waited for longer than it should."""
    next_time = line.status.next_time
    known = line.state is not None and line.state.settled is not None
    return known and line.status.state == "asap" and next_time is not None and now - next_time > LATE
