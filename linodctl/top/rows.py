"""One task as a row of the table: pure, from what is known of it to a text for each column."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from linodctl.paint import Painted, Part
from linodctl.planning.status import in_words
from linodctl.words import OUTCOMES, lasting, marks_of, roughly, so_far, status_of_line, took_of, when

if TYPE_CHECKING:
    from linodctl.operations.lists import TaskLine
    from linodctl.operations.watching import Glance
    from linodctl.top.columns import Column


WARNED = "(!)"
"""Stands for the warnings for which a status has no room."""


def row(glance: Glance, name: str, columns: Sequence[tuple[Column, int]]) -> list[Part]:
    """A text for each column, in the words of `list` where there is room for them, else in fewer."""
    line = glance.line(name)
    cells: dict[str, Callable[[int], Part]] = {
        "No.": lambda width: str(line.task.number),
        "task": lambda width: Painted(name, "strong"),
        "recurrence": lambda width: line.task.recurrence.text,
        "status": lambda width: _status(glance, line, width),
        "last run": lambda width: _last_run(line, glance.now, width),
        "took": lambda width: took_of(line),
        "trend": lambda width: marks_of(line.trend.outcomes, "utf-8"),
    }
    return [cells[column.title](width) for column, width in columns]


def zone_of(line: TaskLine) -> ZoneInfo:
    return ZoneInfo(line.task.recurrence.zone)


def _status(glance: Glance, line: TaskLine, width: int) -> Part:
    whole = status_of_line(line, zone_of(line))
    if len(whole.text) <= width:
        return whole
    sign = f"{WARNED} " if line.warnings else ""
    return Painted(sign + _in_short(glance, line, width - len(sign)), whole.style)


def _in_short(glance: Glance, line: TaskLine, width: int) -> str:
    """Without the instants: lengths of time are shorter, and need no zone."""
    status, now = line.status, glance.now
    if status.overdue_since is not None:
        return f"overdue for {roughly(now - status.overdue_since)}"
    if status.state == "running":
        words = f"Running for {so_far(now - min(run.start_time for run in glance.running[line.task.name]))}"
        usual = f", usually {lasting(line.trend.usual)}" if line.trend.usual is not None else ""
        return words + usual if len(words + usual) <= width else words
    if status.state == "requested":
        return "Requested to run asap"
    if status.state == "scheduled" and status.next_time is not None:
        words = f"in {in_words(status.next_time - now)}"
        return words if len(words) <= width else f"in {roughly(status.next_time - now)}"
    return status.text


def _last_run(line: TaskLine, now: datetime, width: int) -> Part:
    state = line.state
    if state is None or state.last_start_time is None:
        return ""
    if state.last_outcome is None or state.last_end_time is None:
        return f"started {roughly(now - state.last_start_time)} ago"
    outcome = state.last_outcome.value
    whole = f"{when(state.last_start_time, zone_of(line))} {outcome}"
    has_ended = state.last_end_time >= state.last_start_time  # or the outcome is that of the run before
    ago = f"{outcome} {roughly(now - state.last_end_time)} ago"
    return Painted(whole if has_ended and len(whole) <= width else ago, OUTCOMES[outcome])
