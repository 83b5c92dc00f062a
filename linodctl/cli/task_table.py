"""The table of tasks that `list` prints."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from linodctl.cli.table import Table
from linodctl.paint import Painted, Part
from linodctl.words import OUTCOMES, STATES, when

if TYPE_CHECKING:
    from linodctl.operations.lists import TaskLine
    from linodctl.operations.site import Site

COLUMNS = ("No.", "task", "recurrence", "log level", "disabled", "status", "last run")


def task_table(site: Site, lines: Sequence[TaskLine]) -> Table:
    """One row per task; its times in its zone."""
    return Table(COLUMNS, [_row(site, line) for line in lines], frozenset({"No."}), empty="no tasks")


def _row(site: Site, line: TaskLine) -> list[Part]:
    task, status = line.task, line.status
    return [
        str(task.number),
        task.name,
        task.recurrence.text,
        task.log_level.value,
        "yes" if status.disabled else "",
        _status(site, line),
        _last_run(site, line),
    ]


def _status(site: Site, line: TaskLine) -> Part:
    status = line.status
    if status.overdue_since is None:
        return Painted(status.text, STATES[status.state])
    return Painted(f"{status.text}; overdue since {when(status.overdue_since, site.zone_of(line.task.name))}", "bad")


def _last_run(site: Site, line: TaskLine) -> Part:
    state = line.state
    if state is None or state.last_start_time is None:
        return ""
    start = when(state.last_start_time, site.zone_of(line.task.name))
    outcome = state.last_outcome
    return Painted(f"{start} {outcome.value}", OUTCOMES[outcome.value]) if outcome else start
