"""Reading the site's log file back: its last entries without reading all of it, and new ones as they are written.

`lines.py` says how entries look in it; a file may hold both forms, if the format was changed.
"""

from __future__ import annotations

import json
import logging
import os
import re
import time
from collections.abc import Generator, Iterator
from contextlib import ExitStack
from datetime import datetime
from pathlib import Path
from typing import BinaryIO

from linodctl.logserver.entry import Entry
from linodctl.logserver.lines import INDENT, OURS

BLOCK = 64 * 1024
POLL = 0.1
"""Seconds between two looks at the file."""

COMMON = frozenset({"time", "level", "logger", "pid", "process", "event", "message", "details"})
"""Keys of every entry in JSON; what else there is are an event's facts."""

_HEAD = re.compile(
    r"(?P<time>\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{3}[+-]\d\d:\d\d(?::\d\d)?) "
    r"(?P<level>Level \d+|[A-Z]+) +"
    r"(?:(?P<logger>[^\s\[\]]+)\[(?P<pid>\d+)(?: (?P<process>[^\]]*))?\]: )?"
    r"(?P<message>.*)"
)


def newest_first(path: Path, keep: int, since: datetime | None = None, end: int | None = None) -> Iterator[Entry]:
    """The entries of the file, then those of `NAME.1` and so on, each backwards. A file that isn't there has none.

    Files that were last written before `since` are left out; entries of the others are not looked at for that: one that
    waited for its server stands among younger ones. Of the newest file only what is before `end` is read, if given.
    """
    with ExitStack() as stack:
        files: dict[tuple[int, int], BinaryIO] = {}
        for name in (path, *(path.with_name(f"{path.name}.{number}") for number in range(1, keep + 1))):
            try:
                file: BinaryIO = stack.enter_context(name.open("rb"))
            except FileNotFoundError:
                continue
            status = os.fstat(file.fileno())
            if since is None or status.st_mtime >= since.timestamp():
                files.setdefault((status.st_dev, status.st_ino), file)  # it may have been renamed between two opens
        for number, file in enumerate(files.values()):
            yield from _backwards(file, None if number else end)


def _backwards(file: BinaryIO, end: int | None) -> Iterator[Entry]:
    below: list[str] = []
    for line in _lines_backwards(file, end):
        entry = _head(line)
        if entry is None:
            below.append(line)
            continue
        yield _with_lines(entry, below[::-1])
        below = []


def _lines_backwards(file: BinaryIO, end: int | None) -> Iterator[str]:
    """The whole lines of the file up to `end`, the last one first."""
    at = file.seek(0, os.SEEK_END) if end is None else end
    rest = b""
    is_last = True
    while at > 0:
        size = min(BLOCK, at)
        at -= size
        file.seek(at)
        first, *lines = (file.read(size) + rest).split(b"\n")
        for line in reversed(lines):
            if not is_last:
                yield line.decode("utf-8", "replace")
            is_last = False  # what is behind the last newline is being written just now
        rest = first
    if not is_last:
        yield rest.decode("utf-8", "replace")


def follow(path: Path, at: int, inode: int) -> Generator[Entry, None, None]:
    """Every entry written after the place `at` of the file with this inode, without end; also in the files that follow
    it under the same name. The file need not be there yet."""
    file: BinaryIO | None = None
    rest, pending = b"", list[str]()
    try:
        while True:
            if file is None:
                file = _open_at(path, at, inode)
                at = inode = 0
            moved = file is not None and _has_moved(path, file)  # asked first: what was written before that is read now
            data = file.read() if file is not None else b""
            *lines, rest = (rest + data).split(b"\n")
            for line in lines:
                text = line.decode("utf-8", "replace")
                if pending and _head(text) is not None:
                    yield from _complete(pending)
                    pending = []
                pending.append(text)
            if data:
                continue
            yield from _complete(pending)  # nothing more has come for a while: it has no further lines
            pending = []
            if moved and file is not None:
                file.close()
                file, rest = None, b""
            else:
                time.sleep(POLL)
    finally:
        if file is not None:
            file.close()


def end_of(path: Path) -> tuple[int, int]:
    """Where the last whole line of the file ends, and its inode; zeros if it isn't there."""
    try:
        with path.open("rb") as file:
            size = file.seek(0, os.SEEK_END)
            begin = file.seek(max(0, size - BLOCK))
            return begin + file.read(size - begin).rfind(b"\n") + 1, os.fstat(file.fileno()).st_ino
    except FileNotFoundError:
        return 0, 0


def _open_at(path: Path, at: int, inode: int) -> BinaryIO | None:
    try:
        file = path.open("rb")
    except FileNotFoundError:
        return None
    if os.fstat(file.fileno()).st_ino == inode:
        file.seek(at)
    return file


def _has_moved(path: Path, file: BinaryIO) -> bool:
    """Whether another file has the path by now; one that was cut off is read from its beginning again."""
    ours = os.fstat(file.fileno())
    try:
        now = path.stat()
    except FileNotFoundError:
        return False
    if ours.st_size < file.tell():
        file.seek(0)
    return now.st_ino != ours.st_ino


def _complete(lines: list[str]) -> Iterator[Entry]:
    entry = _head(lines[0]) if lines else None
    if entry is not None:
        yield _with_lines(entry, lines[1:])


def _with_lines(entry: Entry, below: list[str]) -> Entry:
    if not below:
        return entry
    details = "\n".join(line.removeprefix(INDENT) for line in below)
    return entry._replace(details=f"{entry.details}\n{details}" if entry.details else details)


def _head(line: str) -> Entry | None:
    """The entry that begins with this line; None if it goes on with the one before."""
    if line.startswith("{"):
        return _from_json(line)
    match = _HEAD.fullmatch(line)
    if match is None:
        return None
    try:
        when = datetime.fromisoformat(match["time"]).timestamp()
    except ValueError:
        return None
    pid, process = int(match["pid"] or 0), match["process"] or ""
    return Entry(when, _level(match["level"]), match["logger"] or OURS, match["message"], "", pid, process)


def _from_json(line: str) -> Entry | None:
    try:
        shape = json.loads(line)
        return Entry(
            datetime.fromisoformat(shape["time"]).timestamp(),
            _level(shape["level"]),
            str(shape["logger"]),
            str(shape["message"]),
            str(shape["details"] or ""),
            int(shape["pid"]),
            str(shape["process"]),
            shape["event"],
            {key: value for key, value in shape.items() if key not in COMMON},
        )
    except (ValueError, TypeError, LookupError, RecursionError):
        return None


def _level(name: str) -> int:
    number = name.removeprefix("Level ")
    return int(number) if number.isdecimal() else logging.getLevelNamesMapping().get(name, logging.INFO)
