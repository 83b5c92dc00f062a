"""Looking at a site again and again: whoever watches it pays for what has changed, not for how large it is.

Between two looks nothing is held but an open file: no transaction, which would keep the state file's log growing.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from linodctl.config import ConfigError
from linodctl.domain import Outcome, Request, Run
from linodctl.errors import StateError
from linodctl.operations.declaration import memory_of
from linodctl.operations.follow import LogTail
from linodctl.operations.lists import TaskLine, by_task, line_of
from linodctl.operations.past import LogSource
from linodctl.operations.status import SiteStatus, late, seen, troubles_of
from linodctl.planning.trends import Trend, trend_of
from linodctl.store import open_reader
from linodctl.store.lock import SiteLock
from linodctl.values import Value, replace

if TYPE_CHECKING:
    from linodctl.domain import Task, TaskState
    from linodctl.operations.site import Site
    from linodctl.store.reading import LogRow, Reader

FAILURES = 20
"""How many of the latest failures are known."""
FAILED = (Outcome.FAILED, Outcome.TIMED_OUT, Outcome.LOST)
CONFIG_PAUSE, COPY_PAUSE, ASK_PAUSE, STARTING_PAUSE = 5.0, 1.0, 10.0, 1.0
"""Seconds after which it is looked again whether the config is another one; at a state file that was only copied; what
the runner says of its troubles; and if it didn't answer."""
SHARE = 20
"""Reading a large config, copying an older state file, waiting for a runner that doesn't answer: each takes a twentieth
of the time at most."""


class Glance(Value):
    """A site at one moment."""

    now: datetime
    site: Site
    """With the config that could be read last."""
    status: SiteStatus
    lines: Mapping[str, TaskLine]
    """By task, in the order of the config."""
    failures: Sequence[Run]
    """The latest runs that failed, timed out or were lost, newest first."""
    running: Mapping[str, Sequence[Run]]
    requests: Mapping[str, Sequence[Request]]

    def line(self, name: str) -> TaskLine:
        """The task's line in the words of this moment: those of `lines` may be as old as what they tell."""
        line = self.lines[name]
        running, requests = self.running.get(name, ()), self.requests.get(name, ())
        return line_of(line.task, line.state, line.trend, running, requests, self.now)


class Watch:
    """One pair of eyes; to be used in one thread."""

    def __init__(self, site: Site) -> None:
        self._site = site
        self._reader: Reader | None = None
        self._file = _File(site.state)
        self._version: int | None = None
        self._rows: dict[str, tuple[Any, ...]] = {}
        self._states: dict[str, TaskState] = {}
        self._trends: dict[str, Trend] = {}
        self._glance: Glance | None = None
        self._holder: Mapping[str, Any] | None = None
        self._troubles: list[str] | None = []
        self._unresolved: Mapping[str, str] | None = None
        self._problems: str | None = None
        self._config_due = self._copy_due = self._ask_due = 0.0

    @property
    def site(self) -> Site:
        """With the config that could be read last."""
        return self._site

    def close(self) -> None:
        if self._reader is not None:
            self._reader.close()
        self._reader = None

    def look(self) -> Glance:
        """The site now. StateError if its state file can't be read at present."""
        try:
            return self._look(self._standing_reader())
        except StateError:
            self.close()
            raise

    def tail(self, task: str, last: int) -> LogTail:
        """The log of a task, for `news`."""
        return LogTail(LogSource(self._site, task, self._standing_reader()), last)

    def news(self, tail: LogTail) -> list[LogRow]:
        """What has come in since the last time. StateError as `look`."""
        reader = self._standing_reader()
        with reader.snapshot():
            return tail.news(reader)

    # --- the state file -------------------------------------------------------------------------

    def _standing_reader(self) -> Reader:
        """One that looks at the file that is at the path now."""
        file = _identity(self._site.state)
        if self._reader is not None and (file != self._file or self._is_out_of_date(self._reader)):
            self.close()
        if self._reader is None:
            began = self._clock()
            self._reader, self._file = open_reader(self._site.state), file
            self._rows, self._states, self._trends, self._glance = {}, {}, {}, None
            self._copy_due = self._clock() + max(COPY_PAUSE, SHARE * (self._clock() - began))
        return self._reader

    def _is_out_of_date(self, reader: Reader) -> bool:
        """(What was read of no file, or of an empty one, is true until there is another.)"""
        return reader.stands_still and self._file.has_content and self._clock() >= self._copy_due

    def _look(self, reader: Reader) -> Glance:
        version, now = reader.data_version(), self._site.now()
        if self._clock() >= self._config_due:
            self._read_config_again(reader)
        holder = SiteLock(self._site.state).holder()
        self._ask(holder)
        if version != self._version or holder != self._holder or self._glance is None:
            with reader.snapshot():
                self._glance = self._read(reader, holder, now)
        else:
            self._glance = self._aged(self._glance, now)
        self._version, self._holder = version, holder
        return self._glance

    def _read(self, reader: Reader, holder: Mapping[str, Any] | None, now: datetime) -> Glance:
        """Everything that may have changed."""
        news = reader.states_unlike(self._rows)
        self._states.update(news)
        self._trends |= {name: trend_of(latest) for name, latest in reader.lately(news).items()}
        running, requests = by_task(reader.running()), by_task(reader.requests())
        lines = self._lines(news, running, requests, now)
        failures = reader.history(None, FAILED, None, None, FAILURES)
        return Glance(
            now=now,
            site=self._site,
            status=seen(reader, holder, lines.values(), now, self._site.declaration.paths, **self._known()),
            lines=lines,
            failures=[run for run in failures if isinstance(run, Run)],
            running=running,
            requests=requests,
        )

    def _aged(self, before: Glance, now: datetime) -> Glance:
        """What time alone has changed."""
        lines = self._lines((), before.running, before.requests, now)
        status = replace(before.status, late=late(lines.values(), now), **self._known())
        return replace(before, now=now, lines=lines, status=status)

    def _lines(
        self,
        news: Iterable[str],
        running: Mapping[str, Sequence[Run]],
        requests: Mapping[str, Sequence[Request]],
        now: datetime,
    ) -> dict[str, TaskLine]:
        """The lines of before, and new ones of those tasks of which something else must be said now."""
        before, changed = self._glance, set(news)
        if before is None:
            return {task.name: self._line(task, running, requests, now) for task in self._site.loaded.tasks}
        for old, new in ((before.running, running), (before.requests, requests)):
            changed |= {name for name in (*old, *new) if old.get(name) != new.get(name)}
        lines = dict(before.lines)
        for name, line in lines.items():
            if name in changed or _is_stale(line, now):
                lines[name] = self._line(line.task, running, requests, now)
        return lines

    def _line(
        self,
        task: Task,
        running: Mapping[str, Sequence[Run]],
        requests: Mapping[str, Sequence[Request]],
        now: datetime,
    ) -> TaskLine:
        name = task.name
        trend = self._trends.get(name, Trend())
        return line_of(task, self._states.get(name), trend, running.get(name, ()), requests.get(name, ()), now)

    # --- what doesn't stand in it ---------------------------------------------------------------

    def _known(self) -> dict[str, Any]:
        loaded = self._site.loaded
        return {
            "site": loaded.site,
            "zone": loaded.timezone,
            "config_problems": self._problems,
            "troubles": self._troubles,
        }

    def _ask(self, holder: Mapping[str, Any] | None) -> None:
        """What the runner says of its troubles; a new runner is asked at once."""
        if holder is None:
            self._troubles = []
        elif holder != self._holder or self._clock() >= self._ask_due:
            began = self._clock()
            self._troubles = troubles_of(self._site.state)
            pause = ASK_PAUSE if self._troubles is not None else STARTING_PAUSE
            self._ask_due = self._clock() + max(pause, SHARE * (self._clock() - began))

    def _read_config_again(self, reader: Reader) -> None:
        """Take over a config that is another one now; one with problems is told of, and the one before stays."""
        began = self._clock()
        memory = memory_of(reader)
        same_code = self._unresolved is None or memory.unresolved == self._unresolved
        if not same_code or not self._site.declaration.still_gives(self._site.loaded.to_json(), memory):
            self._take_over()
        else:
            self._problems = None
        self._unresolved = memory.unresolved
        self._config_due = self._clock() + max(CONFIG_PAUSE, SHARE * (self._clock() - began))

    def _take_over(self) -> None:
        try:
            site = self._site.anew()
            _ = site.loaded
        except ConfigError as error:
            self._problems = str(error)
        else:
            self._site, self._problems, self._glance = site, None, None

    def _clock(self) -> float:
        return self._site.clock.monotonic()


def _is_stale(line: TaskLine, now: datetime) -> bool:
    """Whether time alone may have given the task another status."""
    due = line.status.next_time
    return (line.status.state == "scheduled" and due is not None and due <= now) or line.task.policy.expect is not None


class _File(NamedTuple):
    """Which file is at a path."""

    path: Path
    device: int | None = None
    inode: int | None = None
    has_content: bool = False


def _identity(path: Path) -> _File:
    try:
        found = path.stat()
    except OSError:
        return _File(path)
    return _File(path, found.st_dev, found.st_ino, found.st_size > 0)
