"""Work for the disk that nobody need wait for: to bring commits there, and to move them from the WAL to the state file.

SQLite does either within a commit, and whoever commits stands still meanwhile, for tens of milliseconds on a busy disk.
"""

from __future__ import annotations

import contextlib
import os
import sqlite3
from pathlib import Path

from linodctl.store.place import uri_of
from linodctl.store.preparing import USUAL_WAL


def flush(path: Path) -> None:
    """What has been committed to this state file survives a power cut. May be called in any thread.

    Trouble is nobody's concern here: the next claim waits for the same disk, and tells.
    """
    with contextlib.suppress(OSError, sqlite3.Error):
        wal = os.open(f"{path}-wal", os.O_RDONLY)  # no lock of SQLite's hangs on this file, so closing it drops none
        try:
            os.fdatasync(wal)
            size = os.fstat(wal).st_size
        finally:
            os.close(wal)
        if size > USUAL_WAL:
            _checkpoint(path)


def _checkpoint(path: Path) -> None:
    """As far as it goes while others read and write."""
    connection = sqlite3.connect(uri_of(path, "mode=rw"), uri=True, timeout=0, isolation_level=None)
    try:
        connection.execute("PRAGMA wal_checkpoint(PASSIVE)")
    finally:
        connection.close()
