"""Cheap facts about files: what a glob finds, and what `stat` tells of a change. Needs no YAML."""

from __future__ import annotations

import glob
from pathlib import Path

Stat = tuple[int, ...]


def matches(folder: str, pattern: str) -> tuple[str, ...]:
    """The absolute paths that an include pattern, relative to `folder`, finds; in name order."""
    found = glob.glob(pattern, root_dir=folder, recursive=True)  # noqa: PTH207  # Path.glob refuses absolute patterns
    return tuple(sorted(str(Path(folder, path)) for path in found))


def stat_of(file: str | Path) -> Stat:
    """Numbers that differ when the file has been written or replaced; none when it can't be looked at."""
    try:
        found = Path(file).stat()
    except (OSError, ValueError):
        return ()
    return (found.st_mtime_ns, found.st_ctime_ns, found.st_size, found.st_ino, found.st_dev)
