"""Questions for captured log: the query for each of them, answered from an index in the order of the records' ids."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

SERIOUS = 30
"""WARNING: the level from which records have an index of their own."""


def logs_query(
    run_ids: Iterable[int] | None, task: str | None, level: int | None, after_id: int, last: int | None
) -> tuple[str, list[Any]]:
    """`Reader.logs`: in the order in which the records came in; with `last`, the newest ones, newest first."""
    terms, parameters = ["id > ?"], [after_id]
    values: list[Any] = [*parameters]
    if run_ids is not None:
        wanted = list(run_ids)
        terms.append(f"run_id IN ({', '.join('?' * len(wanted))})")
        values += wanted
    if task is not None:
        terms.append("task = ?")
        values.append(task)
    if level is not None:
        terms.append("level >= ?")
        values.append(level)
        if level >= SERIOUS:
            terms.append(f"level >= {SERIOUS}")  # lets SQLite use the partial indexes of what is serious
    sql = f"SELECT * FROM log_records WHERE {' AND '.join(terms)} ORDER BY id"
    if last is not None:
        return f"{sql} DESC LIMIT ?", [*values, last]
    return sql, values
