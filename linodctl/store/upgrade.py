"""Bringing a state file up to date with sqlite-utils' migrations: all that are missing in one transaction, or none.

The only module that always imports sqlite-utils; it is loaded when there is something to migrate.
"""

from __future__ import annotations

import contextlib
import json
import os
import sqlite3
from pathlib import Path

from sqlite_utils import Database
from sqlite_utils.migrations import Migrations

from linodctl import __version__
from linodctl.errors import StateError
from linodctl.store import migrations
from linodctl.store.errors import in_words
from linodctl.store.opening import APPLICATION_ID, WRITTEN_BY
from linodctl.store.place import uri_of


def upgrade(connection: sqlite3.Connection, path: Path) -> None:
    """Apply every pending migration. An older file is copied first; StateError leaves it as it was."""
    db = Database(connection, recursive_triggers=False, execute_plugins=False)
    steps = _steps()
    connection.execute("BEGIN IMMEDIATE")  # two processes may have found the same older file
    try:
        pending = [step.name for step in steps.pending(db)]
        if pending:
            copy = _keep_copy(path, pending[0]) if steps.applied(db) else None
            _apply(db, steps, path, copy)
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise


def _steps() -> Migrations:
    steps = Migrations(migrations.SET)
    for step in migrations.STEPS:
        steps()(step)
    return steps


def _apply(db: Database, steps: Migrations, path: Path, copy: Path | None) -> None:
    """Inside our transaction each of sqlite-utils' own becomes a savepoint, so all of them stand or fall together."""
    try:
        with in_words(path):
            steps.apply(db)
            db.execute(f"PRAGMA user_version = {len(migrations.STEPS)}")
            db.execute(f"PRAGMA application_id = {APPLICATION_ID}")
            db.execute("INSERT OR REPLACE INTO notes VALUES (?, ?)", (WRITTEN_BY, json.dumps(__version__)))
    except StateError:
        raise
    except Exception as error:
        kept = f"; a copy is kept at {copy}" if copy else ""
        raise StateError(
            f"the state file {path} can't be migrated to linodctl {__version__} ({error}): it is as it was{kept}; "
            "go on with the version before, and report this"
        ) from error


def _keep_copy(path: Path, migration: str) -> Path:
    """Copy the file, WAL content included, to `<state>.before-<migration>`, by SQLite's backup API.

    The copy gets its name only when it is complete. The source is a connection of its own: the one with the write lock
    can't be copied from, and sees nothing else yet.
    """
    copy = path.with_name(f"{path.name}.before-{migration}")
    part = path.with_name(f"{copy.name}.part")
    try:
        part.unlink(missing_ok=True)
        os.close(os.open(part, os.O_CREAT | os.O_EXCL | os.O_RDWR | os.O_CLOEXEC, 0o600))
        part.chmod(0o600)
        with (
            contextlib.closing(sqlite3.connect(uri_of(path, "mode=ro"), uri=True)) as source,
            contextlib.closing(sqlite3.connect(part, isolation_level=None)) as target,
        ):
            source.backup(target)
            target.execute("PRAGMA journal_mode = DELETE")  # one file, with nothing beside it
        part.rename(copy)
    except OSError as error:
        raise StateError(f"no copy of {path} can be kept before migrating it: {error.strerror}") from error
    finally:
        part.unlink(missing_ok=True)
    return copy
