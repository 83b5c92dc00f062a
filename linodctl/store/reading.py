"""Questions to the state file: everything that can be known of it without writing. Cheap to import, never migrates.

A Reader sees what has been committed when a question is asked, also while a runner writes; `snapshot` makes several
questions see the same moment. What only a question about the past needs is imported when one is asked.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

from linodctl.domain import Lately, Request, Run, SkipRow, TaskState
from linodctl.store import decoding, lately
from linodctl.store.columns import instant_of, text_of
from linodctl.store.errors import DamagedRow, in_words
from linodctl.store.rows import Discovered, Edit, LogRow, Override, RequestRow, RunnerRow, Totals

if TYPE_CHECKING:
    from linodctl.store.moments import Moments

__all__ = ["Discovered", "Edit", "LogRow", "Override", "Reader", "RequestRow", "RunnerRow"]

MANY = 500
"""Names up to which a question asks for each of them; beyond, reading the table through is cheaper."""


class Reader:
    """Asks the state file behind `connection`; `open_reader` makes one. Every method may raise StateError."""

    def __init__(self, connection: sqlite3.Connection, path: Path, *, stands_still: bool = False) -> None:
        self.path = path
        self.stands_still = stands_still
        """Whether it looks at a copy, which what is committed from now on doesn't reach."""
        self._connection = connection

    def close(self) -> None:
        self._connection.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @contextmanager
    def snapshot(self) -> Iterator[Self]:
        """All questions inside see the file as it was at the first of them."""
        if self._connection.in_transaction:
            yield self
            return
        self._connection.execute("BEGIN")
        try:
            yield self
        finally:
            self._connection.execute("ROLLBACK")  # nothing was written

    # --- tasks and requests ---------------------------------------------------------------------

    def states(self, names: Iterable[str] | None = None) -> dict[str, TaskState]:
        """What is remembered of these tasks, or of all; a task that nobody has seen yet is missing."""
        wanted = None if names is None else set(names)
        with in_words(self.path):
            if wanted is None or len(wanted) > MANY:
                rows = self._each("SELECT * FROM tasks")
            else:
                rows = self._each(f"SELECT * FROM tasks WHERE name IN ({_marks(wanted)})", wanted)
            return {row["name"]: decoding.state_of(row) for row in rows if wanted is None or row["name"] in wanted}

    def states_unlike(self, known: dict[str, tuple[Any, ...]]) -> dict[str, TaskState]:
        """As `states`, but only those whose rows differ from the `known` ones, which are brought up to date: a look at
        thousands of tasks of which few have changed costs a fraction."""
        found: dict[str, TaskState] = {}
        for row in self._all("SELECT * FROM tasks"):
            name, values = row["name"], tuple(row)
            if known.get(name) != values:
                known[name] = values
                found[name] = decoding.state_of(row)
        return found

    def in_trouble(self) -> list[str]:
        """The tasks whose last run failed or was lost, by name."""
        rows = self._all("SELECT name FROM tasks WHERE failures > 0 OR last_outcome = 'lost' ORDER BY name")
        return [row["name"] for row in rows]

    def enabled_at(self, task: str) -> datetime | None:
        """When somebody enabled the task last, as far as it is remembered."""
        [row] = self._all("SELECT max(at) AS at FROM edits WHERE task = ? AND action = 'enable'", [task])
        return instant_of(row["at"]) if row["at"] is not None else None

    def requests(self, task: str | None = None) -> list[Request]:
        """Requests that wait to be started, oldest first."""
        rows = self._all(f"{_WAITING} {_of_task(task)} ORDER BY request_id", _one(task))
        return [decoding.request_of(row) for row in rows]

    def request_row(self, request_id: int) -> RequestRow | None:
        """A request, whatever became of it."""
        rows = self._all("SELECT * FROM requests WHERE request_id = ?", [request_id])
        return decoding.request_row_of(rows[0]) if rows else None

    # --- runs and skips -------------------------------------------------------------------------

    def running(self, task: str | None = None) -> list[Run]:
        """Runs without an end, oldest first."""
        rows = self._all(f"{_OPEN} {_of_task(task)} ORDER BY run_id", _one(task))
        return [decoding.run_of(row) for row in rows]

    def run(self, run_id: int) -> Run | None:
        return self._run("SELECT * FROM runs WHERE run_id = ?", [run_id])

    def run_for_request(self, request_id: int) -> Run | None:
        """The request's latest attempt."""
        return self._run("SELECT * FROM runs WHERE request_id = ? ORDER BY attempt DESC LIMIT 1", [request_id])

    def history(
        self,
        names: Iterable[str] | None = None,
        outcomes: Iterable[str] | None = None,
        since: datetime | None = None,
        until: datetime | None = None,
        limit: int | None = None,
    ) -> list[Run | SkipRow]:
        """Runs and skips with `since` <= start (a skip's last slot) < `until`, newest first, `limit` of them.

        The outcome `skipped` selects skips as well as runs that raised `Skip`; without `outcomes` running ones are in.
        """
        from linodctl.store import history

        with in_words(self.path), self.snapshot():
            return history.merged(self._each, names, outcomes, since, until, limit)

    def runs_between(self, task: str, after: datetime, until: datetime) -> list[Run]:
        """Runs of the task whose slot or start lies in (after, until], oldest first."""
        span = {"task": task, "after": text_of(after), "until": text_of(until)}
        return [decoding.run_of(row) for row in self._all(_RUNS_BETWEEN, span)]

    def skips_between(self, task: str, after: datetime, until: datetime) -> list[SkipRow]:
        """Streaks of the task that reach into (after, until], oldest first."""
        sql = "SELECT * FROM skips WHERE task = ? AND last_slot > ? AND slot <= ? ORDER BY last_slot, skip_id"
        return [decoding.skip_of(row) for row in self._all(sql, [task, text_of(after), text_of(until)])]

    def skips(self, task: str, at: datetime) -> list[SkipRow]:
        """Streaks of the task that cover the instant `at`, oldest first."""
        sql = "SELECT * FROM skips WHERE task = ? AND last_slot >= ? AND slot <= ? ORDER BY last_slot, skip_id"
        return [decoding.skip_of(row) for row in self._all(sql, [task, text_of(at), text_of(at)])]

    def lately(self, names: Iterable[str]) -> dict[str, Lately]:
        """The latest runs that have ended, `lately.KEPT` at the most, of each of these tasks that has any."""
        wanted = set(names)
        rows = self._all(*lately.query(None if len(wanted) > MANY else wanted))
        return {row["task"]: lately.read(row) for row in rows if row["task"] in wanted}

    def totals(self) -> Totals:
        """What has been counted since the site began."""
        from linodctl.store import totals

        return totals.read(self._all)

    def logs(
        self,
        run_ids: Iterable[int] | None = None,
        task: str | None = None,
        level: int | None = None,
        after_id: int = 0,
        last: int | None = None,
        since: datetime | None = None,
        fits: Callable[[str], object] | None = None,
    ) -> list[LogRow]:
        """Captured records of at least `level` with an id above `after_id`, made at `since` or later, whose text
        `fits`, in order; only the `last` ones if given: then it is read backwards, and no further than for these.
        """
        from linodctl.store.logs import logs_query

        if since is not None:
            after_id = max(after_id, self._id_before(since))
        query = logs_query(run_ids, task, level, after_id, since, newest_first=last is not None)
        with in_words(self.path):
            rows = (row for row in self._each(*query) if fits is None or fits(row["text"]))
            found = [decoding.log_of(row) for row in islice(rows, last)]
        return found if last is None else found[::-1]

    def _id_before(self, since: datetime) -> int:
        """An id that every record made at `since` or later is above: found by the runs that were over by then."""
        from linodctl.store.logs import newest_of, over_before

        over = [row["run_id"] for row in self._all(*over_before(since))]
        return (self._all(*newest_of(over))[0]["id"] or 0) if over else 0

    @property
    def moments(self) -> Moments:
        """Questions about one moment of the past."""
        from linodctl.store.moments import Moments

        return Moments(self._all)

    # --- people, settings, the runner -----------------------------------------------------------

    def edits(self, after_id: int = 0) -> list[Edit]:
        """What people wished for, in the order in which they did."""
        return [decoding.edit_of(row) for row in self._all("SELECT * FROM edits WHERE id > ? ORDER BY id", [after_id])]

    def overrides(self) -> dict[str, dict[str, Override]]:
        """Options set at run time: task → option → value, who and when."""
        found: dict[str, dict[str, Override]] = {}
        for row in self._all("SELECT * FROM overrides ORDER BY task, option"):
            found.setdefault(row["task"], {})[row["option"]] = decoding.override_of(row)
        return found

    def discovered(self) -> list[Discovered]:
        """Decorated functions that the runner found, in the order in which it did."""
        return [decoding.discovered_of(row) for row in self._all("SELECT * FROM discovered ORDER BY id")]

    def runner(self) -> RunnerRow | None:
        """The latest runner, alive or not."""
        rows = self._all("SELECT * FROM runners ORDER BY id DESC LIMIT 1")
        return decoding.runner_of(rows[0]) if rows else None

    def note(self, key: str) -> Any:
        """What `put_note` kept under this key; None if nothing."""
        rows = self._all("SELECT value FROM notes WHERE key = ?", [key])
        try:
            return json.loads(rows[0]["value"]) if rows else None
        except (ValueError, TypeError) as error:
            raise DamagedRow("notes", key, error) from error

    def data_version(self) -> int:
        """A number that changes when another connection has committed; only good for comparing on this Reader."""
        version: int = self._all("PRAGMA data_version")[0][0]
        return version

    # --- inside ---------------------------------------------------------------------------------

    def _run(self, sql: str, parameters: list[Any]) -> Run | None:
        rows = self._all(sql, parameters)
        return decoding.run_of(rows[0]) if rows else None

    def _all(self, sql: str, parameters: Iterable[Any] | dict[str, Any] = ()) -> list[sqlite3.Row]:
        with in_words(self.path):
            return list(self._each(sql, parameters))

    def _each(self, sql: str, parameters: Iterable[Any] | dict[str, Any] = ()) -> Iterator[sqlite3.Row]:
        cursor = self._connection.cursor()
        cursor.row_factory = sqlite3.Row
        return cursor.execute(sql, parameters if isinstance(parameters, dict) else tuple(parameters))


# Left to itself SQLite reads the whole table, whose order is the one asked for, to find these few rows.
_WAITING = "SELECT * FROM requests INDEXED BY requests_waiting WHERE run_id IS NULL AND cancelled_at IS NULL"
_OPEN = "SELECT * FROM runs INDEXED BY runs_open WHERE end_time IS NULL"

_RUNS_BETWEEN = """
    SELECT * FROM runs WHERE task = :task AND slot > :after AND slot <= :until
    UNION
    SELECT * FROM runs WHERE task = :task AND start_time > :after AND start_time <= :until
    ORDER BY start_time, run_id
"""


def _of_task(task: str | None) -> str:
    return "" if task is None else "AND task = ?"


def _one(task: str | None) -> list[str]:
    return [] if task is None else [task]


def _marks(values: Iterable[Any]) -> str:
    return ", ".join("?" for _ in values)
