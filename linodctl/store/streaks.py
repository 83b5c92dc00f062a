"""Skips as streaks: slots of one task given up for the same reason, with no run between them, share one row."""

from __future__ import annotations

import sqlite3
from typing import TYPE_CHECKING

from linodctl.store.columns import clean, text_of

if TYPE_CHECKING:
    from linodctl.planning.decisions import Skip


def add(connection: sqlite3.Connection, skip: Skip) -> None:
    """Record `skip`: as more of the task's latest streak, with the newest detail, if it continues it; else anew."""
    first, last, detail = text_of(skip.slot), text_of(skip.last_slot), clean(skip.detail)
    streak = _continued(connection, skip.task, skip.reason.value, first)
    if streak is not None:
        connection.execute(
            "UPDATE skips SET last_slot = ?, count = count + ?, detail = ? WHERE skip_id = ?",
            (last, skip.count, detail, streak),
        )
    else:
        connection.execute(
            "INSERT INTO skips (task, reason, slot, last_slot, count, detail) VALUES (?, ?, ?, ?, ?, ?)",
            (skip.task, skip.reason.value, first, last, skip.count, detail),
        )


def _continued(connection: sqlite3.Connection, task: str, reason: str, slot: str) -> int | None:
    """The row of the streak that a skip beginning at `slot` continues; None if it begins a new one."""
    latest = connection.execute(
        "SELECT skip_id, reason, last_slot FROM skips WHERE task = ? ORDER BY last_slot DESC, skip_id DESC LIMIT 1",
        (task,),
    ).fetchone()
    if latest is None:
        return None
    skip_id: int
    skip_id, its_reason, its_end = latest
    if its_reason != reason or its_end >= slot:
        return None
    run_between = connection.execute(
        "SELECT 1 FROM runs WHERE task = ? AND slot > ? AND slot < ? LIMIT 1", (task, its_end, slot)
    ).fetchone()
    return None if run_between else skip_id
