"""The table of tasks that `list` prints."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING

from linodctl.cli.table import Table
from linodctl.paint import Painted, Part
from linodctl.words import OUTCOMES, STATES, lasting, marks_of, when

if TYPE_CHECKING:
    from linodctl.operations.lists import TaskLine
    from linodctl.operations.site import Site

COLUMNS = ("No.", "task", "recurrence", "log level", "disabled", "status", "last run", "trend")


def task_table(site: Site, lines: Sequence[TaskLine]) -> Table:
    """One row per task; its times in its zone."""
    rows = [_row(site, line) for line in lines]
    return Table(COLUMNS, rows, right=frozenset({"No."}), whole=frozenset({"trend"}), empty="no tasks")


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
        marks_of(line.trend.outcomes, sys.stdout.encoding),
    ]


def _status(site: Site, line: TaskLine) -> Part:
    status = line.status
    if status.overdue_since is not None:
        since = when(status.overdue_since, site.zone_of(line.task.name))
        return Painted("; ".join([status.text, f"overdue since {since}", *line.warnings]), "bad")
    return Painted("; ".join([status.text, *line.warnings]), "warn" if line.warnings else STATES[status.state])


def _last_run(site: Site, line: TaskLine) -> Part:
    state = line.state
    if state is None or state.last_start_time is None:
        return ""
    start = when(state.last_start_time, site.zone_of(line.task.name))
    outcome, last = state.last_outcome, line.trend.last
    if outcome is None:
        return start
    text = f"{start} {outcome.value}"
    if last is not None:
        usual = line.trend.usual
        text += f", {lasting(last)}" + (f" (usually {lasting(usual)})" if usual is not None else "")
    return Painted(text, OUTCOMES[outcome.value])
