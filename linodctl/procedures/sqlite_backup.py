"""`backup_sqlite`: a checked copy of a database that is in use, and only as many old copies as wanted.

```
source ──read only──→ target.partial → integrity_check → fsync → rename to target → old copies deleted
```
A copy bears its final name only when it is whole, whatever is killed when.
"""

from __future__ import annotations

import os
import sqlite3
import stat
from contextlib import closing
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from linodctl.procedures.dated_path import DatedPath
from linodctl.procedures.errors import BackupFailed

if TYPE_CHECKING:
    from linodctl.execution.context import RunContext

PAGES = 1000
"""Copied in one step; between steps the progress is told."""
PARTIAL = ".partial"
A_DAY = timedelta(days=1)


def backup_sqlite(ar: RunContext, source: str, target: str, keep: int = 7, timezone: str = "UTC") -> str:
    """Copy the SQLite database `source` to `target`, check the copy, and return its path.

    `target` may hold fields such as `%Y-%m-%d`, filled in from the instant the run is for, as told in `timezone` (an
    IANA name); its folder is made if need be. Of the files that fit `target` the `keep` youngest, by the time of their
    last change, stay. The copy is the database at one instant, also while others write to it. Raises BackupFailed,
    and then neither an old copy nor the source has changed.
    """
    if keep < 1:
        raise BackupFailed(f"keep must be at least 1, not {keep}.")
    dated = DatedPath.parse(target)
    copy = dated.at(ar.scheduled_for.astimezone(_zone(timezone)))
    original = Path(source)
    if not original.is_file():
        raise BackupFailed(f"There is no database {source}.")
    if copy.is_dir() or (copy.exists() and copy.samefile(original)):
        raise BackupFailed(f"{copy} is {'a folder' if copy.is_dir() else 'the database itself'}, no place for a copy.")

    size = _make(ar, original, copy)
    ar.info(f"{source} copied to {copy}, {size} bytes, integrity ok")
    for old in _surplus(dated, copy, keep):
        old.unlink(missing_ok=True)
        ar.info(f"{old} deleted: the {keep} youngest copies are kept")
    for partial in _abandoned(dated, before=ar.scheduled_for - A_DAY):
        _remove(partial)
        ar.info(f"{partial} deleted: a run that was killed had left it behind")
    return str(copy)


def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError):
        raise BackupFailed(f"There is no time zone {name!r}; it is named like 'Europe/Tallinn' or 'UTC'.") from None


def _make(ar: RunContext, original: Path, copy: Path) -> int:
    """Make the copy beside its place, check it and put it there; its size in bytes."""
    partial = copy.with_name(copy.name + PARTIAL)
    try:
        copy.parent.mkdir(parents=True, exist_ok=True)
        _empty_file(partial)
        try:
            _copy(ar, original, partial)
            _check(partial)
            size = partial.stat().st_size
            partial.chmod(stat.S_IMODE(original.stat().st_mode))
            _fsync(partial)
            partial.replace(copy)
            _fsync(copy.parent)
        finally:
            _remove(partial)
    except (OSError, sqlite3.Error) as error:
        raise BackupFailed(f"{original} could not be copied to {copy}: {error}.") from None
    return size


def _empty_file(path: Path) -> None:
    """A new file that nobody else may read: SQLite would make one that everybody may."""
    _remove(path)  # left behind by a run that was killed
    os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))


def _copy(ar: RunContext, original: Path, partial: Path) -> None:
    def tell(status: int, remaining: int, total: int) -> None:
        ar.progress(total - remaining, total, "pages")
        if ar.cancelled:
            raise BackupFailed("Asked to stop before the copy was complete.")

    uri = f"{original.absolute().as_uri()}?mode=ro"
    with (
        closing(sqlite3.connect(uri, uri=True, isolation_level=None)) as reader,
        closing(sqlite3.connect(partial)) as writer,
    ):
        # Without a read transaction of our own, every write of somebody else's would start the copy over again.
        reader.execute("BEGIN")
        reader.execute("SELECT count(*) FROM sqlite_master").fetchone()
        reader.backup(writer, pages=PAGES, progress=tell)


def _check(partial: Path) -> None:
    with closing(sqlite3.connect(partial)) as connection:
        verdict = [row[0] for row in connection.execute("PRAGMA integrity_check(10)")]
    if verdict != ["ok"]:
        raise BackupFailed(f"The copy is not sound, so it was not kept; SQLite says: {'; '.join(verdict)}")


def _fsync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _remove(partial: Path) -> None:
    for suffix in ("", "-wal", "-shm", "-journal"):
        partial.with_name(partial.name + suffix).unlink(missing_ok=True)


def _surplus(dated: DatedPath, copy: Path, keep: int) -> list[Path]:
    """The copies that are too many, oldest first; never the one just made, whatever the clock says."""
    others = sorted((path for path in dated.existing() if path != copy), key=lambda path: path.stat().st_mtime_ns)
    return others[: max(0, len(others) - (keep - 1))]


def _abandoned(dated: DatedPath, before: datetime) -> list[Path]:
    """Copies that were never finished. A younger one may be the work of another run that is under way."""
    partials = DatedPath(dated.template + PARTIAL).existing()
    return [path for path in partials if path.stat().st_mtime < before.timestamp()]
