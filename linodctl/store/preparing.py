"""Opening a state file for writing: made if need be, mode 0600, in WAL mode, with every migration applied.

examine ──► refused, nothing changed on disk
   └──────► created (fresh) ──► WAL ──► migrations, all in one transaction (older: a copy is kept first)
"""

from __future__ import annotations

import contextlib
import os
import sqlite3
import time
from pathlib import Path

from linodctl.errors import StateError
from linodctl.store.errors import in_words
from linodctl.store.opening import Condition, examine
from linodctl.store.place import uri_of

_PAGE = 4096
"""Bytes of a page of SQLite's."""
_PAUSE = 0.01
"""Seconds between two tries to get at a file that another process is making."""

USUAL_WAL = 4 * 1024 * 1024
"""Bytes of WAL from which on a checkpoint is worth while, and to which the file is cut back when one is complete."""
LARGEST_WAL = 16 * 1024 * 1024
"""Bytes from which on whoever commits makes the checkpoint itself: nobody did it beside the work (`flushing`)."""


def connect_writing(path: Path, patience: float) -> sqlite3.Connection:
    """A connection to the migrated state file, in driver autocommit: transactions are begun explicitly.

    It waits up to `patience` seconds for a lock. StateError if the file can't be used.
    """
    condition = examine(path, patience)
    _check_place(path)
    if condition in (Condition.ABSENT, Condition.FRESH):
        _create(path)
    with in_words(path):
        connection = sqlite3.connect(uri_of(path, "mode=rw"), uri=True, timeout=0, isolation_level=None)
        try:
            _use_wal(connection, path, patience)
            connection.execute(f"PRAGMA busy_timeout = {round(patience * 1000)}")
            connection.execute(f"PRAGMA journal_size_limit = {USUAL_WAL}")
            connection.execute(f"PRAGMA wal_autocheckpoint = {LARGEST_WAL // _PAGE}")
            if condition is not Condition.CURRENT:
                from linodctl.store.upgrade import upgrade

                upgrade(connection, path)
        except BaseException:
            connection.close()
            raise
    return connection


def _check_place(path: Path) -> None:
    """Say what is wrong with folder or permissions before SQLite stumbles over it."""
    folder = path.absolute().parent
    if not folder.is_dir():
        raise StateError(
            f"the folder {folder} of the state file doesn't exist; create it, or name another with --state"
        )
    if not _may_write(folder):
        raise StateError(f"the folder {folder} of the state file can't be written; check its permissions")
    if path.exists() and not _may_write(path):
        raise StateError(f"the state file {path} can't be written; check its permissions")


def _may_write(path: Path) -> bool:
    return os.access(path, os.W_OK, effective_ids=os.access in os.supports_effective_ids)


def _create(path: Path) -> None:
    """An empty file of mode 0600, whatever the umask; SQLite gives its WAL and SHM files the same mode."""
    try:
        with contextlib.suppress(FileExistsError):
            os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_RDWR | os.O_CLOEXEC, 0o600))
        path.chmod(0o600)
    except OSError as error:
        raise StateError(f"the state file {path} can't be created: {error.strerror}") from error


def _use_wal(connection: sqlite3.Connection, path: Path, patience: float) -> None:
    """Switch to WAL mode, where that is not done. SQLite waits for nobody at that, so the waiting is done here: two
    processes may be making the file at the same time."""
    for tries_left in range(round(patience / _PAUSE), -1, -1):
        try:
            (mode,) = connection.execute("PRAGMA journal_mode = WAL").fetchone()
            break
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY or not tries_left:
                raise
            time.sleep(_PAUSE)
    if mode != "wal":
        raise StateError(f"the file system of {path} can't hold a state file (no WAL mode); put it on a local disk")
