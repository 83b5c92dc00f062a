"""The table of slots that `next` and `show` print."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from linodctl.cli.table import Table
from linodctl.planning.status import in_words
from linodctl.words import when

if TYPE_CHECKING:
    from linodctl.operations.upcoming import Upcoming


NOW = timedelta(seconds=1)


def slot_table(slots: Sequence[Upcoming], now: datetime) -> Table:
    """One row per slot: its time in its zone, and how far away it is. The task's column only where there are tasks."""
    columns, rows = ["time", "zone", "in"], [[*_time(slot, now)] for slot in slots]
    if any(slot.task is not None for slot in slots):
        columns.append("task")
        rows = [[*row, slot.task or ""] for row, slot in zip(rows, slots, strict=True)]
    return Table(columns, rows, empty="no slots to come")


def _time(slot: Upcoming, now: datetime) -> tuple[str, str, str]:
    return when(slot.time, ZoneInfo(slot.zone)), slot.zone, _distance(slot.time - now)


def _distance(span: timedelta) -> str:
    """`in 5 minutes` without its `in`. What is due asap has the instant at which it was asked for: that is now."""
    if abs(span) < NOW:
        return "now"
    return in_words(span) if span > timedelta(0) else f"{in_words(-span)} ago"
