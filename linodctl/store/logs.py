"""Questions for captured log: the query for each of them, answered from an index in the order of the records' ids."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any

from linodctl.store.columns import text_of

SERIOUS = 30
"""WARNING: the level from which records have an index of their own."""
HINDSIGHT = timedelta(minutes=10)
"""So long after a run has ended its last records have come in, whatever kept the runner from writing."""


def logs_query(
    run_ids: Iterable[int] | None,
    task: str | None,
    level: int | None,
    after_id: int,
    since: datetime | None,
    *,
    newest_first: bool,
) -> tuple[str, list[Any]]:
    """`Reader.logs`: in the order in which the records came in, or the other way round."""
    terms = ["id > ?"]
    values: list[Any] = [after_id]
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
    if since is not None:
        terms.append("time >= ?")
        values.append(text_of(since))
    order = "id DESC" if newest_first else "id"
    return f"SELECT * FROM log_records WHERE {' AND '.join(terms)} ORDER BY {order}", values


def over_before(since: datetime) -> tuple[str, list[Any]]:
    """Some of the latest runs that had ended when nothing made at `since` can have come in yet."""
    long_ago = text_of(since - HINDSIGHT)
    latest = "SELECT run_id, end_time FROM runs WHERE start_time < ? ORDER BY start_time DESC LIMIT 100"
    return f"SELECT run_id FROM ({latest}) WHERE end_time < ?", [long_ago, long_ago]


def newest_of(run_ids: Sequence[int]) -> tuple[str, list[Any]]:
    """The highest id of a record of these runs."""
    marks = ", ".join("?" * len(run_ids))
    return f"SELECT max(id) AS id FROM log_records WHERE run_id IN ({marks})", list(run_ids)
