"""Looking at a state file without changing it: what condition it is in, and a connection that can only read.

The file is looked at through SQLite alone: closing a plain file handle of it would drop the locks of every connection
that this process has to it (https://sqlite.org/howtocorrupt.html, section 2.2).
"""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from enum import Enum, auto
from pathlib import Path

from linodctl import __version__
from linodctl.errors import StateError
from linodctl.store import migrations
from linodctl.store.errors import NewerState, in_words
from linodctl.store.place import size_of, uri_of

APPLICATION_ID = 0x6C6E6463
"""`lndc`: what `PRAGMA application_id` of our files says, so that `file` and we know them."""

WRITTEN_BY = "written_by"
"""The note with the version of linodctl that last changed the tables."""


_AT_REST = "mode=ro&immutable=1"
"""For a file that nobody uses: SQLite then makes no WAL and no index of it beside the file."""


class Condition(Enum):
    """What is found at the state file's path."""

    ABSENT = auto()
    FRESH = auto()
    """A file without anything in it."""
    OLDER = auto()
    """Some migrations are still to come."""
    CURRENT = auto()


def examine(path: Path, patience: float) -> Condition:
    """The condition of the file. NewerState, or StateError for what is no state file or can't be read."""
    condition, connection = open_to_read(path, patience)
    if connection is not None:
        connection.close()
    return condition


def open_to_read(path: Path, patience: float) -> tuple[Condition, sqlite3.Connection | None]:
    """The condition of the file, and a connection that can only read it; None if there is nothing in it. NewerState, or
    StateError for what is no state file or can't be read."""
    size = size_of(path)
    if not size:
        return (Condition.ABSENT if size is None else Condition.FRESH), None
    with in_words(path):
        if not _is_in_use(path):
            try:
                with closing(_connect(path, _AT_REST, patience)) as connection:
                    # Nothing is made beside a file that is refused.
                    if not _seems_current(connection) and _condition(connection, path) is Condition.FRESH:
                        return Condition.FRESH, None
            except sqlite3.DatabaseError:
                pass  # somebody began to use it just now, or it is no database: look again, under its locks
        connection = connect_reading(path, patience)
        try:
            condition = _condition(connection, path)
        except BaseException:
            connection.close()
            raise
    if condition is Condition.FRESH:
        connection.close()
        return condition, None
    return condition, connection


def connect_reading(path: Path, patience: float) -> sqlite3.Connection:
    """A connection that can't write, sees what others commit, and waits up to `patience` seconds for a lock."""
    with in_words(path):
        try:
            return _connect(path, "mode=ro", patience)
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode & 0xFF not in (sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_READONLY):
                raise
            if _is_in_use(path):
                raise
            # In a folder where we may not create the WAL and its index, a file at rest can still be read as it is.
            return _connect(path, _AT_REST, patience)


def _seems_current(connection: sqlite3.Connection) -> bool:
    """By the file's first bytes: for anything else SQLite has to read how all tables are declared."""
    return _header(connection) == (APPLICATION_ID, len(migrations.STEPS))


def _header(connection: sqlite3.Connection) -> tuple[int, int]:
    """Whose file it says it is, and how many migrations it has had."""
    [[application]] = connection.execute("PRAGMA application_id")
    [[version]] = connection.execute("PRAGMA user_version")
    return application, version


def _condition(connection: sqlite3.Connection, path: Path) -> Condition:
    tables = {name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
    applied = applied_migrations(connection) if "_sqlite_migrations" in tables else []
    application, version = _header(connection)
    known = [step.__name__ for step in migrations.STEPS]
    if not applied and application != APPLICATION_ID:
        if tables or version:
            raise StateError(f"{path} is the SQLite file of another program; name another state file with --state")
        return Condition.FRESH
    unknown = [name for name in applied if name not in known]
    if unknown or version > len(known):
        raise _too_new(connection, path, unknown)
    return Condition.CURRENT if len(applied) == len(known) else Condition.OLDER


def applied_migrations(connection: sqlite3.Connection) -> list[str]:
    """The names of those of our migrations that the file has had, in order."""
    sql = "SELECT name FROM _sqlite_migrations WHERE migration_set = ? ORDER BY rowid"
    return [name for (name,) in connection.execute(sql, (migrations.SET,))]


def empty_view() -> sqlite3.Connection:
    """What a reader sees where there is no state file yet: all tables, nothing in them."""
    return _brought_up(sqlite3.connect(":memory:", isolation_level=None), applied=[])


def migrated_view(older: sqlite3.Connection) -> sqlite3.Connection:
    """A private copy of an older file with the missing migrations, so that reading it changes nothing on disk.

    It stands still; readers need it only between an upgrade of linodctl and the first command that writes.
    """
    copy = sqlite3.connect("", isolation_level=None)  # a temporary file of SQLite's own once it grows large
    older.backup(copy)
    return _brought_up(copy, applied_migrations(copy))


def _brought_up(connection: sqlite3.Connection, applied: list[str]) -> sqlite3.Connection:
    for step in migrations.STEPS:
        if step.__name__ not in applied:
            step(connection)
    connection.execute("PRAGMA query_only = 1")
    return connection


def _is_in_use(path: Path) -> bool:
    """Whether some process has the file open, or died with it open."""
    return path.with_name(path.name + "-wal").exists()


def _connect(path: Path, options: str, patience: float) -> sqlite3.Connection:
    connection = sqlite3.connect(uri_of(path, options), uri=True, timeout=patience, isolation_level=None)
    try:
        connection.execute("PRAGMA schema_version").fetchone()  # SQLite opens the file only now
    except BaseException:
        connection.close()
        raise
    return connection


def _too_new(connection: sqlite3.Connection, path: Path, unknown: list[str]) -> NewerState:
    try:
        row = connection.execute("SELECT value FROM notes WHERE key = ?", (WRITTEN_BY,)).fetchone()
        writer = f"linodctl {json.loads(row[0])}"
    except (sqlite3.Error, TypeError, ValueError):
        writer = "a newer linodctl"
    if writer == f"linodctl {__version__}":
        writer = "a newer linodctl"
    step = f" (it has had {unknown[-1]})" if unknown else ""
    return NewerState(
        f"the state file {path} was written by {writer}{step}, and this is linodctl {__version__}: "
        "install that version, or put back the copy kept beside the file"
    )
