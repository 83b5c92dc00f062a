"""Forgetting: per task the newest rows up to a number, and none older than a time; runs take their log with them.

Rows go in small transactions, so that neither the runner's tick nor a person's wish waits long for the write lock. What
is still going on never goes: open runs, waiting requests, and requests whose retry is to come.
"""

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager
from datetime import datetime, timedelta

from linodctl.store.columns import text_of
from linodctl.values import Value

Counts = dict[str, int]
"""Rows by table."""

BATCH = 500
"""Rows that go in one transaction."""
GLANCE = 20
"""Tasks of which nothing may have to go that are looked at in one step: a site may have 100,000 of them."""


class Limits(Value):
    """What may stay at `now`: the newest `keep` rows of each task, none older than `for_`; None sets no limit."""

    keep: int | None
    for_: timedelta | None
    now: datetime

    @property
    def oldest(self) -> str | None:
        """The instant before which nothing stays."""
        try:
            return None if self.for_ is None else text_of(self.now - self.for_)
        except OverflowError:
            return None


class Kind(Value):
    """A table with a history per task, in the order of `place` and then `key`; rows that are not `over` stay."""

    table: str
    key: str
    place: str
    over: str

    @property
    def victims(self) -> str:
        """Rows of a task up to a bound; parameters: task, and the bound's place and key."""
        return f"{self.table} WHERE task = ? AND ({self.place}, {self.key}) <= (?, ?) AND {self.over}"


_REQUEST_IS_OVER = """
    (cancelled_at IS NOT NULL OR run_id IS NOT NULL)
    AND NOT EXISTS (SELECT 1 FROM runs WHERE runs.request_id = requests.request_id AND runs.end_time IS NULL)
    AND NOT EXISTS (
        SELECT 1 FROM tasks, json_each(tasks.pending) AS item
        WHERE tasks.name = requests.task AND json_extract(item.value, '$.request_id') = requests.request_id
    )
"""

RUNS = Kind("runs", "run_id", "start_time", "end_time IS NOT NULL")
OTHERS = (
    Kind("skips", "skip_id", "last_slot", "TRUE"),
    Kind("requests", "request_id", "requested_at", _REQUEST_IS_OVER),
    Kind("edits", "id", "at", "TRUE"),
)
_OLD_RUNNERS = "runners WHERE started < ? AND id < (SELECT max(id) FROM runners)"
_TABLES = ("runs", "log_records", "skips", "requests", "edits", "runners")

Transaction = Callable[[], AbstractContextManager[object]]


def steps(connection: sqlite3.Connection, transaction: Transaction, limits: Limits) -> Iterator[Counts]:
    """Forget what is beyond the limits. Each step has been one short transaction, or a look at some tasks; between
    steps none is open."""
    for task, bound in _bounds(connection, RUNS, limits):
        if bound is None:
            yield {}
            continue
        while run_ids := _keys(connection, RUNS, task, bound):
            while lines := _lines_of(connection, run_ids):
                yield _delete(connection, transaction, "log_records", "id", lines)
            yield _delete(connection, transaction, RUNS.table, RUNS.key, run_ids)
    for kind in OTHERS:
        for task, bound in _bounds(connection, kind, limits):
            if bound is None:
                yield {}
                continue
            while keys := _keys(connection, kind, task, bound):
                yield _delete(connection, transaction, kind.table, kind.key, keys)
    if limits.oldest is not None:
        with transaction():
            gone = connection.execute(f"DELETE FROM {_OLD_RUNNERS}", (limits.oldest,)).rowcount
        yield {"runners": gone}


def would_go(connection: sqlite3.Connection, limits: Limits) -> Iterator[Counts]:
    """What the steps would come to, without taking any."""
    for kind in (RUNS, *OTHERS):
        for task, bound in _bounds(connection, kind, limits):
            if bound is None:
                continue
            yield {kind.table: _count(connection, kind.victims, task, *bound)}
            if kind is RUNS:
                lines = f"log_records WHERE run_id IN (SELECT run_id FROM {RUNS.victims})"
                yield {"log_records": _count(connection, lines, task, *bound)}
    if limits.oldest is not None:
        yield {"runners": _count(connection, _OLD_RUNNERS, limits.oldest)}


def total(parts: Iterable[Counts]) -> Counts:
    """The sum of all parts, with a number for every table."""
    counts = Counter(dict.fromkeys(_TABLES, 0))
    for part in parts:
        counts.update(part)
    return dict(counts)


Bound = tuple[str, int]
"""Place and key of the newest row that has to go."""


def _bounds(connection: sqlite3.Connection, kind: Kind, limits: Limits) -> Iterator[tuple[str, Bound | None]]:
    """Each task that has rows in the table, with its bound; of those within the limits each `GLANCE`th, without."""
    for number, task in enumerate(_tasks(connection, kind.table), 1):
        beyond = None
        if limits.keep is not None:
            beyond = connection.execute(
                f"SELECT {kind.place}, {kind.key} FROM {kind.table} WHERE task = ? "
                f"ORDER BY {kind.place} DESC, {kind.key} DESC LIMIT 1 OFFSET ?",
                (task, limits.keep),
            ).fetchone()
        # No key is below 1, so the second bound means: older than `oldest`.
        bounds = [bound for bound in (beyond, limits.oldest and (limits.oldest, 0)) if bound]
        if bounds:
            yield task, max(bounds)
        elif number % GLANCE == 0:
            yield task, None


def _tasks(connection: sqlite3.Connection, table: str) -> Iterator[str]:
    """Tasks named in the table, each found by one step in its index; DISTINCT would read a million entries."""
    sql = f"SELECT min(task) FROM {table} WHERE task > ?"
    (task,) = connection.execute(sql, ("",)).fetchone()
    while task is not None:
        yield task
        (task,) = connection.execute(sql, (task,)).fetchone()


def _keys(connection: sqlite3.Connection, kind: Kind, task: str, bound: Bound) -> list[int]:
    """The oldest rows that have to go, a batch of them."""
    sql = f"SELECT {kind.key} FROM {kind.victims} ORDER BY {kind.place} LIMIT {BATCH}"
    return [key for (key,) in connection.execute(sql, (task, *bound))]


def _lines_of(connection: sqlite3.Connection, run_ids: list[int]) -> list[int]:
    """Log records of these runs, a batch of them."""
    sql = f"SELECT id FROM log_records WHERE run_id IN ({_marks(run_ids)}) LIMIT {BATCH}"
    return [key for (key,) in connection.execute(sql, run_ids)]


def _delete(connection: sqlite3.Connection, transaction: Transaction, table: str, key: str, keys: list[int]) -> Counts:
    with transaction():
        gone = connection.execute(f"DELETE FROM {table} WHERE {key} IN ({_marks(keys)})", keys).rowcount
    return {table: gone}


def _count(connection: sqlite3.Connection, rows: str, *parameters: object) -> int:
    (number,) = connection.execute(f"SELECT count(*) FROM {rows}", parameters).fetchone()
    return int(number)


def _marks(values: list[int]) -> str:
    return ", ".join("?" * len(values))
