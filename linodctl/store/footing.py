"""Whether an open state file is still the one at its path. SQLite doesn't look: it goes on writing to a file that was
deleted, where nobody will ever find what it wrote.
"""

from __future__ import annotations

import os
from pathlib import Path

from linodctl.errors import StateError
from linodctl.store.errors import StateGone

Identity = tuple[int, int]
"""Device and inode."""


class Footing:
    """The state file at `path`, as it is opened now, and the write-ahead log beside it."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._wal = path.with_name(path.name + "-wal")
        self._wal_was: Identity | None = None
        # Closing an ordinary handle would drop SQLite's locks on the file; one that is only a place in it does not.
        self._held = os.open(path, os.O_PATH | os.O_CLOEXEC)
        self._was = _identity(os.fstat(self._held))

    def close(self) -> None:
        os.close(self._held)

    def check(self) -> None:
        """StateGone if what is written now could not be found at the path. Costs two looks at the folder."""
        now = self._look(self._path)
        if now is None:
            raise StateGone(self._how_it_went(), mendable=self._is_deleted)
        if now != self._was:
            raise StateGone(
                f"another file has taken the place of the state file {self._path}; put the old one back, or start the "
                "runner anew to work with the new one"
            )
        log = self._look(self._wal)
        if log != self._wal_was and self._wal_was is not None:
            raise StateGone(f"the state file's log {self._wal} was deleted while in use", mendable=True)
        self._wal_was = log

    @property
    def _is_deleted(self) -> bool:
        """No folder names it any more: it lives only as long as it is open."""
        return os.fstat(self._held).st_nlink == 0

    def _how_it_went(self) -> str:
        if not self._is_deleted:
            return f"the state file {self._path} was moved away; put it back"
        if not self._path.parent.is_dir():
            return f"the folder {self._path.parent} of the state file was deleted; make it again"
        return f"the state file {self._path} was deleted while in use"

    def _look(self, path: Path) -> Identity | None:
        try:
            return _identity(path.stat())
        except (FileNotFoundError, NotADirectoryError):
            return None
        except OSError as error:
            raise StateError(f"the state file {self._path} can't be reached: {error.strerror}") from error


def _identity(status: os.stat_result) -> Identity:
    return status.st_dev, status.st_ino
