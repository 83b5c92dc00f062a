"""Work for the disk that nobody should stand still for: to bring commits there, and to move them from the WAL to the
state file.

SQLite does either within a commit, and whoever commits stands still meanwhile, for tens of milliseconds on a busy disk.
"""

from __future__ import annotations

import contextlib
import os
import sqlite3
import threading
from pathlib import Path

from linodctl.store.preparing import USUAL_WAL

_moving = threading.Lock()
_moved: dict[Path, int] = {}
"""Bytes of each WAL when all that it held was in the state file. Another checkpoint would gain nothing then; and SQLite
before 3.51.3 may lose a commit that begins such a WAL anew beside it (https://sqlite.org/wal.html#walresetbug)."""


def flush(path: Path) -> bool:
    """What has been committed to this state file survives a power cut. May be called in any thread. OSError if the
    disk refuses it.

    Whether so much has been committed that a checkpoint is worth while.
    """
    try:
        wal = _open_wal(path)
    except FileNotFoundError:
        return False  # deleted, or moved: the next transaction tells
    try:
        os.fdatasync(wal)
        size = os.fstat(wal).st_size
        return size > USUAL_WAL and size != _moved.get(path)
    finally:
        os.close(wal)


def _open_wal(path: Path) -> int:
    """No lock of SQLite's hangs on this file, so closing it drops none."""
    try:
        return os.open(f"{path}-wal", os.O_RDONLY)
    except FileNotFoundError:  # where the state file is a link, its log is beside what that leads to
        return os.open(f"{os.path.realpath(path)}-wal", os.O_RDONLY)


def checkpoint(path: Path) -> None:
    """Move commits from the WAL to the state file as far as it goes while others read and write; one call at a time.

    Trouble is nobody's concern here: whoever commits to a far larger WAL does it, and tells.
    """
    if not _moving.acquire(blocking=False):
        return
    try:
        with contextlib.suppress(sqlite3.Error, OSError):
            _move(path)
    finally:
        _moving.release()


def _move(path: Path) -> None:
    connection = sqlite3.connect(f"{path.absolute().as_uri()}?mode=rw", uri=True, timeout=0, isolation_level=None)
    try:
        wal = _open_wal(path)
        try:
            size = os.fstat(wal).st_size
        finally:
            os.close(wal)
        _, frames, moved = connection.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchone()
        if frames == moved:
            _moved[path] = size
    finally:
        connection.close()
