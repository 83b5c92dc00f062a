"""People's wishes, each with an edit that says who and when: the runner hears of it by that."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from linodctl.domain import LogLevel, Request, Run
from linodctl.store import tasks_table
from linodctl.store.columns import clean, json_of, text_of, text_or_none


def request(
    connection: sqlite3.Connection,
    task: str,
    at: datetime,
    who: str,
    args: dict[str, Any],
    log_level: LogLevel | None,
    as_of: datetime | None,
) -> Request:
    row = connection.execute(
        "INSERT INTO requests (task, requested_at, requested_by, args, log_level, as_of) VALUES (?, ?, ?, ?, ?, ?)",
        (task, text_of(at), clean(who), json_of(args), log_level.value if log_level else None, text_or_none(as_of)),
    )
    assert row.lastrowid is not None
    edit(connection, at, who, task, "request", {"request_id": row.lastrowid})
    return Request(row.lastrowid, task, at, args, log_level, as_of, who)


def withdraw(
    connection: sqlite3.Connection, waiting: Iterable[Request], target: int | str, at: datetime, who: str
) -> int:
    """Withdraw those of the `waiting` requests that `target` means: a request's id or a task's name."""
    meant = [request for request in waiting if target in (request.request_id, request.task)]
    for request in meant:
        connection.execute(
            "UPDATE requests SET cancelled_at = ?, cancelled_by = ? WHERE request_id = ?",
            (text_of(at), clean(who), request.request_id),
        )
        edit(connection, at, who, request.task, "withdraw", {"request_id": request.request_id})
    return len(meant)


def cancel_run(connection: sqlite3.Connection, run: Run, at: datetime, who: str) -> None:
    connection.execute("UPDATE runs SET cancel_requested = ? WHERE run_id = ?", (clean(who), run.run_id))
    edit(connection, at, who, run.task, "cancel_run", {"run_id": run.run_id})


def enable(connection: sqlite3.Connection, names: Iterable[str], at: datetime, who: str) -> None:
    for name in names:
        was_disabled = tasks_table.is_disabled(connection, name)
        tasks_table.enable(connection, name)
        edit(connection, at, who, name, "enable", {"was_disabled": was_disabled})


def disable(
    connection: sqlite3.Connection, names: Iterable[str], reason: str, at: datetime, until: datetime | None, who: str
) -> None:
    for name in names:
        tasks_table.disable(connection, name, clean(reason), text_of(at), text_or_none(until))
        edit(connection, at, who, name, "disable", {"reason": reason, "until": text_or_none(until)})


def reset(connection: sqlite3.Connection, names: Iterable[str], at: datetime, who: str) -> None:
    for name in names:
        tasks_table.forget(connection, name)
        edit(connection, at, who, name, "reset", {})


def edit(
    connection: sqlite3.Connection, at: datetime, who: str, task: str, action: str, detail: dict[str, Any]
) -> None:
    """Append what was asked for; `detail` holds what the runner needs to follow it."""
    connection.execute(
        "INSERT INTO edits (at, who, task, action, detail) VALUES (?, ?, ?, ?, ?)",
        (text_of(at), clean(who), task, action, json_of(detail)),
    )
