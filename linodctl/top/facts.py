"""What the page of one task says above and in its log. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from linodctl.operations.shapes import level_name
from linodctl.paint import Part, bad, dim, strong
from linodctl.top.board import of_run
from linodctl.top.rows import zone_of
from linodctl.words import last_run_of, log_lines, marks_of, status_of_line, when, why_of

if TYPE_CHECKING:
    from linodctl.operations.watching import Glance
    from linodctl.store.reading import LogRow

Line = list[Part]

WIDE = 100
"""From so many columns on every line of log tells its instant in full."""


def facts(glance: Glance, task: str, unreadable: str | None) -> list[Line]:
    """What is known of the task at this moment, and what keeps it from running or from being known."""
    if unreadable is not None:
        return [[strong(task)], [bad(f"{unreadable}; the log goes on when it can be read again")]]
    if task not in glance.lines:
        return [[strong(task), ": ", bad("the config doesn't declare it any more")]]
    line = glance.line(task)
    zone = zone_of(line)
    described = f": {line.task.description}" if line.task.description else ""
    lines: list[Line] = [
        [strong(task), described],
        [status_of_line(line, zone), "" if glance.status.alive else bad("; no runner is alive")],
        *([dim("running     "), *of_run(glance, run)] for run in glance.running.get(task, ())),
        [dim("recurrence  "), f"{line.task.recurrence.text} ({line.task.recurrence.zone})"],
    ]
    if last := last_run_of(line, zone):
        marks = marks_of(line.trend.outcomes, "utf-8")
        lines.append([dim("last run    "), last, "  ", marks])
    failure = next((run for run in glance.failures if run.task == task), None)
    if failure is not None:
        start = when(failure.start_time, zone)
        lines.append([dim("failure     "), f"run {failure.run_id}, {start}: ", bad(why_of(failure))])
    return lines


class LogPage:
    """Rows of log as lines, with one in front where another run begins."""

    def __init__(self) -> None:
        self._run_id: int | None = None

    def lines(self, glance: Glance, rows: Sequence[LogRow], width: int) -> Iterator[Line]:
        """Where there is little room, only the first line of a run tells day and zone."""
        for row in rows:
            zone = glance.site.zone_of(row.task)
            if row.run_id != self._run_id:
                self._run_id = row.run_id
                yield [dim(f"── run {row.run_id} of {row.task}, {when(row.time, zone)} ──")]
            time = when(row.time, zone) if width >= WIDE else f"{row.time.astimezone(zone):%H:%M:%S}"
            yield from log_lines(row, level_name(row.level), time)
