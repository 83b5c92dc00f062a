"""Putting a deleted state file back: the process that has it open is the only one that still has what it held.

open connection ──copy──► `<state>.rescued` ──moved──► the state file's path
"""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing, suppress
from pathlib import Path

from linodctl.errors import StateError
from linodctl.store.errors import in_words


def copy_beside(connection: sqlite3.Connection, path: Path) -> Path:
    """Copy everything that the connection sees into a file beside `path`, mode 0600, whole and on disk, or not at all.

    StateError if that can't be done now.
    """
    copy = path.with_name(path.name + ".rescued")
    try:
        copy.unlink(missing_ok=True)
        os.close(os.open(copy, os.O_CREAT | os.O_EXCL | os.O_RDWR | os.O_CLOEXEC, 0o600))
        with in_words(copy), closing(sqlite3.connect(copy, isolation_level=None)) as target:
            connection.backup(target)
            target.execute("PRAGMA journal_mode = DELETE")  # one file, with nothing beside it
            if target.execute("PRAGMA quick_check(1)").fetchone() != ("ok",):
                raise StateError(f"what is left of the state file {path} is damaged; restore a copy of it")
    except BaseException as error:
        with suppress(OSError):
            copy.unlink()
        if isinstance(error, OSError):
            raise StateError(f"the state file {path} can't be written again: {error.strerror}") from error
        raise
    return copy


def put_in_place(copy: Path, path: Path) -> None:
    """Give the copy the state file's name. The old one's log must not meet it, so that goes first. StateError if that
    can't be done now; it may be called again when it has been done."""
    try:
        if copy.exists():
            for ending in ("-wal", "-shm"):
                path.with_name(path.name + ending).unlink(missing_ok=True)
            copy.replace(path)
        elif not path.exists():
            raise StateError(f"the state file {path} was deleted, and so was its rescued copy; restore a backup")
    except OSError as error:
        raise StateError(f"the state file {path} can't be put back: {error.strerror}") from error
