"""The table of tasks that `list` prints."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING

from linodctl.cli.table import Table
from linodctl.paint import Part
from linodctl.words import last_run_of, marks_of, status_of_line

if TYPE_CHECKING:
    from linodctl.operations.lists import TaskLine
    from linodctl.operations.site import Site

COLUMNS = ("No.", "task", "recurrence", "log level", "disabled", "status", "last run", "trend")


def task_table(site: Site, lines: Sequence[TaskLine]) -> Table:
    """One row per task; its times in its zone."""
    rows = [_row(site, line) for line in lines]
    return Table(COLUMNS, rows, right=frozenset({"No."}), whole=frozenset({"trend"}), empty="no tasks")


def _row(site: Site, line: TaskLine) -> list[Part]:
    task, zone = line.task, site.zone_of(line.task.name)
    return [
        str(task.number),
        task.name,
        task.recurrence.text,
        task.log_level.value,
        "yes" if line.status.disabled else "",
        status_of_line(line, zone),
        last_run_of(line, zone),
        marks_of(line.trend.outcomes, sys.stdout.encoding),
    ]
