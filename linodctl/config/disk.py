"""Cheap facts about files: what a glob finds, and what `stat` tells of a change. Needs no YAML."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

Stat = tuple[int, ...]

TICK = timedelta(milliseconds=20)
"""No kernel's clock of file times stands still for so long."""
COARSE = timedelta(seconds=2)
"""Nor that of a file system that only counts seconds."""


def matches(folder: str, pattern: str) -> tuple[str, ...]:
    """The absolute paths that an include pattern, relative to `folder`, finds; in name order."""
    import glob  # few sites have includes

    found = glob.glob(pattern, root_dir=folder, recursive=True)  # noqa: PTH207  # Path.glob refuses absolute patterns
    return tuple(sorted(str(Path(folder, path)) for path in found))


def stat_of(file: str | Path) -> Stat:
    """Numbers that differ when the file has been written or replaced; none when it can't be looked at."""
    try:
        found = Path(file).stat()
    except (OSError, ValueError):
        return ()
    return (found.st_mtime_ns, found.st_ctime_ns, found.st_size, found.st_ino, found.st_dev)


def is_settled(stat: Stat, looked: datetime) -> bool:
    """Whether a change after `looked`, when the file was looked at, will show in its numbers: one that follows another
    within a tick of the file system's clock, and leaves the size as it was, does not."""
    if not stat:
        return True
    changed = stat[1]
    tick = TICK if changed % 1_000_000_000 else COARSE
    return abs(looked - datetime.fromtimestamp(changed / 1e9, UTC)) > tick
