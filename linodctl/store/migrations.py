"""The tables, as numbered steps from an empty file; a step that was released is never changed, another one follows it.

Instants are TEXT, ISO 8601 UTC with microseconds; flags are 0 or 1; columns named in JSON shapes hold JSON. A step
imports what it makes: whoever opens a state file wants to know the steps' names, and seldom more.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Protocol

SET = "linodctl"
"""The name of our set in sqlite-utils' table of applied migrations."""


class Executes(Protocol):
    """A sqlite_utils.Database, or a plain connection for the scratch copies that readers make."""

    def execute(self, sql: str, /) -> Any: ...


def m0001_first(db: Executes) -> None:
    """Everything that the contract's section 3 names, and what the rooms remember besides."""
    for statement in (*_TABLES, *_INDEXES):
        db.execute(statement)


def m0002_views(db: Executes) -> None:
    """What people and dashboards ask of the file most, as views."""
    from linodctl.store.views import VIEWS

    for statement in VIEWS:
        db.execute(statement)


def m0003_totals(db: Executes) -> None:
    """What has been counted since the site began, whatever history is kept."""
    from linodctl.store import totals

    for statement in totals.STATEMENTS:
        db.execute(statement)


def m0004_lately(db: Executes) -> None:
    """How each task has been doing, at hand."""
    from linodctl.store import lately

    for statement in lately.STATEMENTS:
        db.execute(statement)


STEPS: tuple[Callable[[Executes], None], ...] = (m0001_first, m0002_views, m0003_totals, m0004_lately)
"""All migrations in order; `PRAGMA user_version` says how many of them a file has had."""


_TABLES = (
    """
    CREATE TABLE tasks (
        name TEXT PRIMARY KEY,
        procedure TEXT,
        first_seen TEXT,
        anchor TEXT,
        settled TEXT,
        pending TEXT NOT NULL DEFAULT '[]',
        recurrence TEXT NOT NULL DEFAULT '',
        used INTEGER NOT NULL DEFAULT 0,
        last_slot TEXT,
        last_start_time TEXT,
        last_end_time TEXT,
        last_outcome TEXT,
        last_success TEXT,
        disabled INTEGER NOT NULL DEFAULT 0,
        disabled_reason TEXT,
        disabled_at TEXT,
        disabled_until TEXT,
        failures INTEGER NOT NULL DEFAULT 0,
        memory TEXT NOT NULL DEFAULT '{}'
    )
    """,
    """
    CREATE TABLE runs (
        run_id INTEGER PRIMARY KEY AUTOINCREMENT,
        task TEXT NOT NULL,
        procedure TEXT NOT NULL,
        trigger TEXT NOT NULL,
        scheduled_for TEXT NOT NULL,
        slot TEXT,
        attempt INTEGER NOT NULL,
        request_id INTEGER REFERENCES requests(request_id),
        log_level TEXT NOT NULL,
        start_time TEXT NOT NULL,
        end_time TEXT,
        outcome TEXT,
        reason TEXT,
        error TEXT,
        message TEXT,
        exit_code INTEGER,
        signal INTEGER,
        cpu_seconds REAL,
        max_rss INTEGER,
        host TEXT,
        pid INTEGER,
        pid_started TEXT,
        owner TEXT,
        progress TEXT,
        cancel_requested TEXT
    )
    """,
    """
    CREATE TABLE skips (
        skip_id INTEGER PRIMARY KEY AUTOINCREMENT,
        task TEXT NOT NULL,
        reason TEXT NOT NULL,
        slot TEXT NOT NULL,
        last_slot TEXT NOT NULL,
        count INTEGER NOT NULL,
        detail TEXT NOT NULL DEFAULT ''
    )
    """,
    """
    CREATE TABLE requests (
        request_id INTEGER PRIMARY KEY AUTOINCREMENT,
        task TEXT NOT NULL,
        requested_at TEXT NOT NULL,
        requested_by TEXT NOT NULL,
        args TEXT NOT NULL DEFAULT '{}',
        log_level TEXT,
        as_of TEXT,
        run_id INTEGER REFERENCES runs(run_id),
        started_at TEXT,
        cancelled_at TEXT,
        cancelled_by TEXT
    )
    """,
    # The task is repeated here so that the last lines of one task are found without a look at its runs.
    """
    CREATE TABLE log_records (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        run_id INTEGER NOT NULL REFERENCES runs(run_id),
        task TEXT NOT NULL,
        time TEXT NOT NULL,
        level INTEGER NOT NULL,
        logger TEXT NOT NULL,
        text TEXT NOT NULL
    )
    """,
    """
    CREATE TABLE runners (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        site TEXT NOT NULL,
        pid INTEGER NOT NULL,
        pid_started TEXT,
        host TEXT NOT NULL,
        boot_id TEXT NOT NULL,
        version TEXT NOT NULL,
        started TEXT NOT NULL,
        heartbeat TEXT NOT NULL,
        stopped TEXT
    )
    """,
    """
    CREATE TABLE edits (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        at TEXT NOT NULL,
        who TEXT NOT NULL,
        task TEXT NOT NULL,
        action TEXT NOT NULL,
        detail TEXT NOT NULL DEFAULT '{}'
    )
    """,
    """
    CREATE TABLE overrides (
        task TEXT NOT NULL,
        option TEXT NOT NULL,
        value TEXT NOT NULL,
        who TEXT NOT NULL,
        at TEXT NOT NULL,
        PRIMARY KEY (task, option)
    )
    """,
    """
    CREATE TABLE discovered (
        id INTEGER PRIMARY KEY,
        module TEXT NOT NULL,
        name TEXT NOT NULL,
        func TEXT NOT NULL,
        options TEXT NOT NULL
    )
    """,
    "CREATE TABLE notes (key TEXT PRIMARY KEY, value TEXT NOT NULL)",
)

# Every index serves a question that must cost the same after a million runs; test_store_plans.py names them.
# Those of what is rare (open, waiting, unusual, serious) are partial: ordinary rows pay nothing for them.
_INDEXES = (
    # Promise 1: a slot is claimed once per attempt. The same for a request.
    "CREATE UNIQUE INDEX runs_slot ON runs(task, slot, attempt) WHERE slot IS NOT NULL",
    "CREATE UNIQUE INDEX runs_request ON runs(request_id, attempt) WHERE request_id IS NOT NULL",
    "CREATE INDEX runs_task ON runs(task, start_time)",
    "CREATE INDEX runs_start ON runs(start_time)",
    "CREATE INDEX runs_open ON runs(task) WHERE end_time IS NULL",
    "CREATE INDEX runs_unusual ON runs(outcome, start_time) WHERE outcome <> 'succeeded'",
    "CREATE INDEX runs_task_unusual ON runs(task, outcome, start_time) WHERE outcome <> 'succeeded'",
    "CREATE INDEX skips_task ON skips(task, last_slot)",
    "CREATE INDEX skips_slot ON skips(last_slot)",
    "CREATE INDEX requests_waiting ON requests(task) WHERE run_id IS NULL AND cancelled_at IS NULL",
    "CREATE INDEX requests_task ON requests(task, requested_at)",
    "CREATE INDEX log_records_run ON log_records(run_id)",
    "CREATE INDEX log_records_task ON log_records(task)",
    "CREATE INDEX log_records_serious ON log_records(id) WHERE level >= 30",
    "CREATE INDEX log_records_task_serious ON log_records(task) WHERE level >= 30",
    "CREATE INDEX edits_task ON edits(task, at)",
)
