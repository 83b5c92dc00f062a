"""What the runner records, in one transaction per tick: claims and ends of runs, skips, states, flags, log.

start() ──► open run ──started(), log(), progress()──► end() ──► ended for good
"""

from __future__ import annotations

import os
import socket
import sqlite3
from collections.abc import Iterable
from datetime import datetime
from functools import lru_cache
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Any

from linodctl.domain import Isolation, LogLevel, Result, TaskState
from linodctl.identity import boot_id, myself, process_started
from linodctl.store import streaks, tasks_table
from linodctl.store.columns import (
    clean,
    clean_or_none,
    json_of,
    memory_complaint,
    text_of,
    text_or_none,
    texts_of,
)
from linodctl.store.errors import AlreadyClaimed, NotWaiting
from linodctl.store.reading import Reader
from linodctl.store.rows import LogRecord

if TYPE_CHECKING:  # values only; importing the room would load the whole scheduler
    from linodctl.planning.decisions import Skip, Start

__all__ = ["AlreadyClaimed", "Ledger", "NotWaiting"]


AT_ONCE = 50
"""Log records that one statement writes: it takes them half the time, since SQLite looks for their next id once."""
_LOG = "INSERT INTO log_records (run_id, task, time, level, logger, text) VALUES (?1, ?2, ?, ?, ?, ?)"
_LOG_MANY = _LOG + ", (?1, ?2, ?, ?, ?, ?)" * (AT_ONCE - 1)


class Ledger(Reader):
    """Writes inside the transaction of `Store.transaction`, and answers a Reader's questions inside it."""

    def __init__(self, connection: sqlite3.Connection, path: Path) -> None:
        super().__init__(connection, path)
        self._tasks: dict[int, str | None] = {}

    # --- runs -----------------------------------------------------------------------------------

    def start(self, start: Start, host: str, log_level: LogLevel | None = None) -> int:
        """Claim the slot or the request, durable with the transaction, and give the run its id. A run in a thread has
        its process already: this one.

        AlreadyClaimed if this attempt is on record, NotWaiting if the request was withdrawn or started: then nothing is
        written of it, and the transaction can go on. `log_level` defaults to the request's, else the task's.
        """
        request_id = start.request.request_id if start.request else start.request_id
        if start.request and not self._is_waiting(start.request.request_id):
            raise NotWaiting(f"request {request_id} of task '{start.task.name}' was withdrawn, or has been started")
        run_id = self._claim(start, request_id, host, log_level or self._log_level(start, request_id))
        if start.request:
            self._write(
                "UPDATE requests SET run_id = ?, started_at = ? WHERE request_id = ?",
                [run_id, text_of(start.at), request_id],
            )
        return run_id

    def started(self, run_id: int, pid: int, pid_started: str) -> None:
        """The run's own process is there; `pid_started` tells it from a later one with the same pid."""
        self._write("UPDATE runs SET pid = ?, pid_started = ? WHERE run_id = ?", [pid, pid_started, run_id])

    def progress(self, run_id: int, done: float, total: float | None, text: str) -> None:
        """How far the run says it is."""
        self._write("UPDATE runs SET progress = ? WHERE run_id = ?", [json_of([done, total, clean(text)]), run_id])

    def log(self, run_id: int, records: Iterable[LogRecord]) -> None:
        """Captured records of the run, in their order. Nothing, if the run is no longer on record."""
        task = self._task_of(run_id)
        if task is None:
            return
        records = list(records)
        rows = [
            (time, record.level, clean(record.logger), clean(record.text))
            for time, record in zip(texts_of(record.time for record in records), records, strict=True)
        ]
        single = len(rows) % AT_ONCE
        self._connection.executemany(_LOG, [(run_id, task, *row) for row in rows[:single]])
        for at in range(single, len(rows), AT_ONCE):
            some = rows[at : at + AT_ONCE]
            self._connection.execute(_LOG_MANY, (run_id, task, *chain.from_iterable(some)))

    def _task_of(self, run_id: int) -> str | None:
        """A chatty run has many parcels of lines in one transaction."""
        if run_id not in self._tasks:
            rows = self._all("SELECT task FROM runs WHERE run_id = ?", [run_id])
            self._tasks[run_id] = rows[0]["task"] if rows else None
        return self._tasks[run_id]

    def end(self, run_id: int, result: Result, at: datetime) -> bool:
        """How the run ended, at `at`. Whether it was open: nothing is changed of one that has ended already.

        A memory that can't be kept is told in the run's `reason`; `save` keeps the one before.
        """
        ended = self._write(
            "UPDATE runs SET end_time = ?, outcome = ?, reason = ?, error = ?, message = ?, exit_code = ?, signal = ?, "
            "cpu_seconds = ?, max_rss = ? WHERE run_id = ? AND end_time IS NULL",
            [
                text_of(at),
                result.outcome.value,
                clean_or_none(_reason(result)),
                clean_or_none(result.error),
                clean_or_none(result.message),
                result.exit_code,
                result.signal,
                result.cpu_seconds,
                result.max_rss,
                run_id,
            ],
        )
        return ended == 1

    # --- tasks ----------------------------------------------------------------------------------

    def skip(self, skip: Skip) -> None:
        """Record slots that are not run; they lengthen the task's latest streak if they continue it."""
        streaks.add(self._connection, skip)

    def save(self, *states: TaskState) -> None:
        """Remember everything of these tasks but their flags, which `disable` and `enable` set."""
        tasks_table.save(self._connection, states)

    def name_procedures(self, procedures: Iterable[tuple[str, str]]) -> None:
        """Note down which procedure each task runs: (task, procedure)."""
        tasks_table.name_procedures(self._connection, procedures)

    def disable(self, task: str, reason: str, at: datetime, until: datetime | None = None) -> None:
        """Set the flag, with its reason, until `until` or for good."""
        tasks_table.disable(self._connection, task, clean(reason), text_of(at), text_or_none(until))

    def enable(self, task: str) -> None:
        """Clear the flag and the count of failures."""
        tasks_table.enable(self._connection, task)

    def put_note(self, key: str, value: Any) -> None:
        """Keep a JSON value for `note`."""
        self._write("INSERT OR REPLACE INTO notes (key, value) VALUES (?, ?)", [key, json_of(value)])

    def runner_started(self, *, site: str, version: str, at: datetime) -> int:
        """This process is the site's runner from now on; the id of its row."""
        pid = os.getpid()
        values = (site, version, pid, process_started(pid), socket.gethostname(), boot_id(), text_of(at), text_of(at))
        row = self._connection.execute(
            "INSERT INTO runners (site, version, pid, pid_started, host, boot_id, started, heartbeat) "
            "VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            values,
        )
        assert row.lastrowid is not None
        return row.lastrowid

    # --- inside ---------------------------------------------------------------------------------

    def _is_waiting(self, request_id: int) -> bool:
        sql = "SELECT 1 FROM requests WHERE request_id = ? AND run_id IS NULL AND cancelled_at IS NULL"
        return self._connection.execute(sql, (request_id,)).fetchone() is not None

    def _log_level(self, start: Start, request_id: int | None) -> LogLevel:
        """A request's retries keep its level."""
        request = start.request or (self.request_row(request_id) if request_id is not None else None)
        return (request.log_level if request else None) or start.task.log_level

    def _claim(self, start: Start, request_id: int | None, host: str, log_level: LogLevel) -> int:
        owner, pid, pid_started = _this_process(os.getpid())
        in_thread = start.task.launch.isolation is Isolation.THREAD
        try:
            cursor = self._connection.execute(
                "INSERT INTO runs (task, procedure, trigger, scheduled_for, slot, attempt, request_id, log_level, "
                "start_time, host, owner, pid, pid_started) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                (
                    start.task.name,
                    start.task.procedure,
                    start.trigger.value,
                    text_of(start.scheduled_for),
                    text_or_none(start.slot),
                    start.attempt,
                    request_id,
                    log_level.value,
                    text_of(start.at),
                    host,
                    owner,
                    pid if in_thread else None,
                    pid_started if in_thread else None,
                ),
            )
        except sqlite3.IntegrityError as error:
            if error.sqlite_errorcode != sqlite3.SQLITE_CONSTRAINT_UNIQUE:
                raise
            raise AlreadyClaimed(
                f"attempt {start.attempt} of task '{start.task.name}' for {text_of(start.scheduled_for)} has been "
                "started before; 'linodctl history' shows its run"
            ) from None
        assert cursor.lastrowid is not None
        return cursor.lastrowid

    def _write(self, sql: str, parameters: list[Any]) -> int:
        """The number of rows changed."""
        return self._connection.execute(sql, parameters).rowcount


@lru_cache(maxsize=1)
def _this_process(pid: int) -> tuple[str, int, str]:
    """Its name, its pid, and when it was started; anew after a fork."""
    return myself(), pid, process_started(pid) or ""


def _reason(result: Result) -> str | None:
    """The result's reason, and what is to be said of its memory."""
    if not result.memory:
        return result.reason or None
    complaint = memory_complaint(result.memory)
    return "; ".join(part for part in (result.reason, complaint) if part) or None
