"""One question, asked every few seconds by whoever keeps the runner going: is it well? Cheap, and without user code."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Any

from linodctl.config import ConfigError
from linodctl.errors import StateError
from linodctl.operations.lists import statuses
from linodctl.operations.status import is_late, troubles_of
from linodctl.store import open_reader
from linodctl.store.lock import SiteLock
from linodctl.values import Value, replace
from linodctl.words import how_many, lasting

if TYPE_CHECKING:
    from linodctl.operations.site import Site
    from linodctl.store.reading import Reader, RunnerRow

HUNG = timedelta(seconds=90)
"""How old the last sign of life may be: three that should have come did not."""
FEW = 3
"""How many names the line takes before it says 'and N more'."""


class Verdict(StrEnum):
    """Only the first one is healthy."""

    WELL = "well"
    NO_RUNNER = "no_runner"
    STARTING = "starting"
    """It holds the site, and is not on record yet."""
    TROUBLE = "trouble"
    """It says itself that something around it is wrong: it can't record, say, and so starts nothing."""
    HUNG = "hung"
    """Its last sign of life in the state file is old."""
    LATE = "late"
    """A start has waited for longer than it may."""
    UNREADABLE = "unreadable"
    """The state file can't be read."""


class Health(Value):
    """How the runner is."""

    verdict: Verdict
    text: str
    """One line."""
    pid: int | None = None
    heartbeat: datetime | None = None
    """Its last sign of life in the state file."""
    late: tuple[str, ...] = ()
    """Tasks whose start has waited for too long."""

    @property
    def is_well(self) -> bool:
        return self.verdict is Verdict.WELL


def health(site: Site, late: timedelta | None = None) -> Health:
    """How the runner is; with `late`, also whether a task waits for longer than that. Whatever is wrong with config or
    state file is an answer, not an error."""
    try:
        state = _state(site)
        holder = SiteLock(state).holder()
        with open_reader(state) as reader, reader.snapshot():
            row = reader.runner()
            if holder is None:
                return Health(Verdict.NO_RUNNER, f"no runner is alive; {_last_one(row, site.now())}")
            found = _of_runner(site.now(), holder, row, troubles_of(state))
            return found if late is None or not found.is_well else _look_for_late(found, site, reader, late)
    except StateError as error:
        return Health(Verdict.UNREADABLE, str(error))


def _state(site: Site) -> Path:
    """Where the state file is, at the lowest price."""
    try:
        return site.declaration.stated() or site.state
    except ConfigError:  # a runner may live with the config before
        return site.declaration.state()


def _of_runner(
    now: datetime, holder: Mapping[str, Any], row: RunnerRow | None, troubles: Sequence[str] | None
) -> Health:
    """The runner itself, by its lock, its record and its own word."""
    pid = holder.get("pid")
    who = f"the runner (pid {pid or 'unknown'})"
    if troubles:
        return Health(Verdict.TROUBLE, f"{who} is in trouble: {'; '.join(troubles)}", pid)
    if row is None or (holder and not _is_of(row, holder)):
        ago = f" since {lasting(now - datetime.fromisoformat(holder['since']))}" if holder.get("since") else ""
        return Health(Verdict.STARTING, f"{who} is starting{ago}; it has no work on record yet", pid)
    silence = now - row.heartbeat
    if silence > HUNG:
        text = f"{who} has given no sign of life for {lasting(silence)}: it hangs, or can't write the state file"
        return Health(Verdict.HUNG, text, pid, row.heartbeat)
    return Health(Verdict.WELL, f"{who} is alive, last sign of life {lasting(silence)} ago", pid, row.heartbeat)


def _is_of(row: RunnerRow, holder: Mapping[str, Any]) -> bool:
    """Whether the record is this runner's, not an earlier one's. Times don't tell: clocks are set back at boot."""
    return (row.pid, row.pid_started, row.boot_id) == tuple(map(holder.get, ("pid", "pid_started", "boot_id")))


def _look_for_late(found: Health, site: Site, reader: Reader, allowed: timedelta) -> Health:
    now = site.now()
    try:
        lines = [line for line in statuses(site.loaded.tasks, reader, now) if is_late(line, now, allowed)]
    except ConfigError:
        return replace(found, text=f"{found.text}; what is late can't be told, the config on disk has problems")
    if not lines:
        return replace(found, text=f"{found.text}, nothing is late")
    by = {line.task.name: now - (line.status.next_time or now) for line in lines}
    names = sorted(by, key=lambda name: by[name], reverse=True)
    listed = ", ".join(f"{name} by {lasting(by[name])}" for name in names[:FEW])
    more = f" and {len(names) - FEW} more" if len(names) > FEW else ""
    text = f"{how_many(len(names), 'task')} late: {listed}{more} (up to {lasting(allowed)} is allowed)"
    return replace(found, verdict=Verdict.LATE, text=text, late=tuple(names))


def _last_one(row: RunnerRow | None, now: datetime) -> str:
    if row is None:
        return "there has never been one"
    if row.stopped is not None:
        return f"the last one stopped {lasting(now - row.stopped)} ago"
    return f"the last one was seen alive {lasting(now - row.heartbeat)} ago, and did not say goodbye"
