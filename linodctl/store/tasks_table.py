"""Writing the table of tasks: what is remembered of each, and its flag, which has another owner than the rest.

The scheduler's memory of a task is saved after a tick, while people set and clear the flag at any time; so neither
statement touches the other's columns.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable

from linodctl.domain import TaskState
from linodctl.store.columns import memory_of, pending_json, text_or_none

_SAVED = (
    "first_seen",
    "anchor",
    "settled",
    "pending",
    "recurrence",
    "used",
    "last_slot",
    "last_start_time",
    "last_end_time",
    "last_outcome",
    "last_success",
    "failures",
)

_SAVE = f"""
    INSERT INTO tasks (name, {", ".join(_SAVED)}, memory)
    VALUES (?, {", ".join("?" for _ in _SAVED)}, coalesce(?, '{{}}'))
    ON CONFLICT (name) DO UPDATE SET
        {", ".join(f"{column} = excluded.{column}" for column in _SAVED)},
        memory = coalesce(?, memory)
"""


def save(connection: sqlite3.Connection, states: Iterable[TaskState]) -> None:
    """Remember `states`, without their flags. A memory that doesn't fit leaves the one before."""
    connection.executemany(_SAVE, map(_row, states))


def _row(state: TaskState) -> tuple[str | int | None, ...]:
    memory = memory_of(state.memory)
    return (
        state.name,
        text_or_none(state.first_seen),
        text_or_none(state.anchor),
        text_or_none(state.settled),
        pending_json(state.pending),
        state.recurrence,
        state.used,
        text_or_none(state.last_slot),
        text_or_none(state.last_start_time),
        text_or_none(state.last_end_time),
        state.last_outcome.value if state.last_outcome else None,
        text_or_none(state.last_success),
        state.failures,
        memory,
        memory,
    )


def name_procedures(connection: sqlite3.Connection, procedures: Iterable[tuple[str, str]]) -> None:
    """Note down (task, procedure) where that is news."""
    connection.executemany(
        "INSERT INTO tasks (name, procedure) VALUES (?, ?) ON CONFLICT (name) DO UPDATE "
        "SET procedure = excluded.procedure WHERE procedure IS NOT excluded.procedure",
        procedures,
    )


def disable(connection: sqlite3.Connection, task: str, reason: str, at: str, until: str | None) -> None:
    connection.execute(
        "INSERT INTO tasks (name, disabled, disabled_reason, disabled_at, disabled_until) VALUES (?, 1, ?, ?, ?) "
        "ON CONFLICT (name) DO UPDATE SET disabled = 1, disabled_reason = excluded.disabled_reason, "
        "disabled_at = excluded.disabled_at, disabled_until = excluded.disabled_until",
        (task, reason, at, until),
    )


def is_disabled(connection: sqlite3.Connection, task: str) -> bool:
    row = connection.execute("SELECT disabled FROM tasks WHERE name = ?", (task,)).fetchone()
    return row is not None and bool(row[0])


def enable(connection: sqlite3.Connection, task: str) -> None:
    connection.execute(
        "UPDATE tasks SET disabled = 0, disabled_reason = NULL, disabled_at = NULL, disabled_until = NULL, "
        "failures = 0 WHERE name = ?",
        (task,),
    )


def forget(connection: sqlite3.Connection, task: str) -> None:
    """As if never run. The flag with its failures, and the memory, which is the procedure's own, stay."""
    connection.execute(
        "UPDATE tasks SET first_seen = NULL, anchor = NULL, settled = NULL, pending = '[]', recurrence = '', used = 0, "
        "last_slot = NULL, last_start_time = NULL, last_end_time = NULL, last_outcome = NULL, last_success = NULL "
        "WHERE name = ?",
        (task,),
    )
