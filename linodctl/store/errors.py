"""What can go wrong with the state file, each as one sentence; SQLite's own errors are put into words here."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from linodctl.errors import LinodctlError, StateError


class NewerState(StateError):
    """The state file was written by a newer linodctl."""


class StateBusy(StateError):
    """Another process kept the state file locked for longer than we were willing to wait."""


class StateFull(StateError):
    """There is no room left for the state file. Nothing of the transaction was written; it can be tried again."""


class StateGone(StateError):
    """The open state file is no longer the one at its path: it was deleted, moved, or replaced by another one.

    `mendable`: it was deleted, and `Store.put_back` can write it again from what is still open.
    """

    def __init__(self, message: str, *, mendable: bool = False) -> None:
        super().__init__(message)
        self.mendable = mendable


class DamagedRow(StateError):
    """A row holds what no linodctl has written."""

    def __init__(self, table: str, key: object, why: Exception) -> None:
        super().__init__(
            f"the state file is damaged: in its table '{table}' the row {key!r:.100} can't be read ({why!s:.200}); "
            "restore a copy of the file, or mend the row with an SQLite tool"
        )


class AlreadyClaimed(LinodctlError):
    """The slot, in this attempt, has had its run. The transaction goes on; only this start was not recorded."""


class NotWaiting(AlreadyClaimed):
    """The request was withdrawn, or has been started. The transaction goes on."""


@contextmanager
def in_words(path: Path) -> Iterator[None]:
    """Turn what SQLite says of the file `path` into a StateError; mistakes in our own SQL stay what they are."""
    try:
        yield
    except sqlite3.Error as error:
        told = _told(error, path)
        if told is None:
            raise
        raise told from error


def _told(error: sqlite3.Error, path: Path) -> StateError | None:
    """The StateError for an error of the file or the disk; None for one of the program."""
    extended: int | None = getattr(error, "sqlite_errorcode", None)
    if extended is None:
        return None
    match extended & 0xFF:  # the extended code's low byte is the primary one
        case sqlite3.SQLITE_BUSY | sqlite3.SQLITE_PROTOCOL:
            return StateBusy(f"the state file {path} is locked by another process; end that process, or try again")
        case sqlite3.SQLITE_FULL:
            return StateFull(f"the disk is full: {path} can't be written; make room")
        case sqlite3.SQLITE_NOTADB:
            return StateError(f"{path} is not an SQLite file; name another one with --state, or move it away")
        case sqlite3.SQLITE_CORRUPT:
            return StateError(f"the state file {path} is damaged ({error}); restore a copy of it")
        case sqlite3.SQLITE_READONLY | sqlite3.SQLITE_PERM:
            return StateError(f"the state file {path} can't be written; check the permissions of file and folder")
        case sqlite3.SQLITE_CANTOPEN:
            return StateError(f"the state file {path} can't be opened; check the permissions of file and folder")
        case sqlite3.SQLITE_IOERR:
            return StateError(f"the state file {path} can't be read or written ({error}); check the disk")
    return None
