"""Questions about what was: runs and skips, and the captured log of runs."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from linodctl.domain import Run, SkipRow
from linodctl.errors import UnknownName
from linodctl.operations.names import fits, select
from linodctl.operations.wanted import ANY, Wanted

if TYPE_CHECKING:
    from linodctl.operations.site import Site
    from linodctl.store.reading import LogRow, Reader


def history(
    site: Site,
    names: Sequence[str] = (),
    *,
    outcome: str | None = None,
    since: datetime | None = None,
    limit: int | None = None,
) -> list[Run | SkipRow]:
    """Runs and skips, newest first. A task that is no longer declared still has its history."""
    with site.reading() as reader:
        meant = names_with_past(site, names, reader)
        return reader.history(meant, [outcome] if outcome else None, since, None, limit)


def names_with_past(site: Site, wanted: Sequence[str], reader: Reader) -> list[str] | None:
    """The tasks meant, those included that only the state file knows; None for all. UnknownName if one means none."""
    if not wanted:
        return None
    gone = [name for name in reader.states() if name not in site.by_name]
    meant: dict[str, None] = {}
    for pattern in wanted:
        old = [name for name in gone if fits(pattern, name)]
        meant.update(dict.fromkeys(old))
        if not old or any(fits(pattern, task.name, task.tags) for task in site.loaded.tasks):
            meant.update(dict.fromkeys(task.name for task in select(site.loaded.tasks, [pattern])))
    return list(meant)


class LogSource:
    """Whose log is asked for: one run's, some tasks', or everybody's."""

    def __init__(self, site: Site, target: str | None, reader: Reader, wanted: Wanted = ANY) -> None:
        """UnknownName if there is no such task or run. A number that is also a task's name means the task."""
        self.run_id: int | None = None
        self._tasks: list[str] | None = None
        self._wanted = wanted
        if target is None:
            return
        if target.isdecimal() and target not in site.by_name:
            self.run_id = _known_run(int(target), reader)
        else:
            self._tasks = names_with_past(site, [target], reader)

    def last(self, reader: Reader, count: int) -> list[LogRow]:
        """The newest `count` lines, oldest first."""
        which = self._wanted
        if self._tasks is None:
            return reader.logs(self._run_ids, None, which.level, last=count, since=which.since, fits=which.fits)
        rows = [
            row
            for task in self._tasks
            for row in reader.logs(None, task, which.level, last=count, since=which.since, fits=which.fits)
        ]
        return sorted(rows, key=lambda row: row.id)[-count:] if count else []

    def after(self, reader: Reader, row_id: int) -> list[LogRow]:
        """Every line that came in after the one of this id."""
        which = self._wanted
        rows = reader.logs(self._run_ids, None, which.level, after_id=row_id, since=which.since, fits=which.fits)
        return rows if self._tasks is None else [row for row in rows if row.task in self._tasks]

    def is_over(self, reader: Reader) -> bool:
        """Whether no more lines can come: only a run comes to an end."""
        run = reader.run(self.run_id) if self.run_id is not None else None
        return run is not None and run.end_time is not None

    @property
    def _run_ids(self) -> list[int] | None:
        return None if self.run_id is None else [self.run_id]


def _known_run(run_id: int, reader: Reader) -> int:
    if run_id >= 2**63 or reader.run(run_id) is None:
        raise UnknownName(f"no run {run_id}; 'linodctl history' shows the runs")
    return run_id


def logs(site: Site, target: str | None = None, wanted: Wanted = ANY, *, last: int) -> list[LogRow]:
    """The newest `last` lines of the log of a task, a run (by number), or all. UnknownName if there is no such."""
    with site.reading() as reader:
        return LogSource(site, target, reader, wanted).last(reader, last)
