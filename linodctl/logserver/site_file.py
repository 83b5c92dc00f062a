"""The site's log file: one writer, whole records, put aside at its size, found again when somebody moved it."""

from __future__ import annotations

import contextlib
import os
import stat
from collections.abc import Sequence
from pathlib import Path

PRIVATE = 0o600


class SiteFile:
    """Appends to a file that only its owner can read, whatever the umask; a mode that somebody gave it stays.

    At `rotate_bytes` it becomes `NAME.1`, what was that `NAME.2`, and so on; `keep` such files stay. Not thread-safe.
    """

    def __init__(self, path: Path, rotate_bytes: int, keep: int) -> None:
        """OSError if it can't be written."""
        self.path = path
        self._rotate_bytes = rotate_bytes
        self._keep = keep
        self._mode = PRIVATE
        self._open()

    def write(self, records: Sequence[bytes]) -> None:
        """Append whole records, all or (OSError) only the first ones. None is ever split between two files."""
        begin = 0
        while begin < len(records):
            size = self._size()
            room = self._rotate_bytes - size
            end, taken = begin, 0
            while end < len(records) and taken + len(records[end]) <= room:
                taken += len(records[end])
                end += 1
            if end == begin:
                if room < self._rotate_bytes and self._rotate():
                    continue
                end += 1  # larger than a whole file, or rotation is not to be had: better too long a file than a gap
            self._append(b"".join(records[begin:end]), size)
            begin = end

    def close(self) -> None:
        os.close(self._fd)

    def _size(self) -> int:
        """Of the file that has our path now: logrotate, or a person, may have moved ours away, or cut it off."""
        try:
            now = self.path.stat()
        except FileNotFoundError:
            now = None
        ours = os.fstat(self._fd)
        if now is not None and (now.st_dev, now.st_ino) == (ours.st_dev, ours.st_ino):
            return ours.st_size
        old = self._fd
        self._open()
        os.close(old)
        return os.fstat(self._fd).st_size

    def _open(self) -> None:
        fd = os.open(self.path, os.O_RDWR | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, self._mode)
        status = os.fstat(fd)
        if not status.st_size and status.st_uid == os.geteuid():  # ours, new: give back what the umask took
            os.fchmod(fd, stat.S_IMODE(status.st_mode) | self._mode)
        self._mode = stat.S_IMODE(os.fstat(fd).st_mode)
        self._fd = fd
        self._end_torn_line(status.st_size)

    def _end_torn_line(self, size: int) -> None:
        """Whoever wrote last may have died halfway: what comes now is a line of its own."""
        if size and stat.S_ISREG(os.fstat(self._fd).st_mode) and os.pread(self._fd, 1, size - 1) != b"\n":
            os.write(self._fd, b"\n")

    def _append(self, data: bytes, size: int) -> None:
        """All of it or nothing; the file has this size before."""
        rest = memoryview(data)
        try:
            while rest:
                rest = rest[os.write(self._fd, rest) :]
        except OSError:
            with contextlib.suppress(OSError):
                os.ftruncate(self._fd, size)
            raise

    def _rotate(self) -> bool:
        """Put the file aside and begin a new one; False where the folder doesn't let us."""
        names = [self.path, *(self.path.with_name(f"{self.path.name}.{n}") for n in range(1, self._keep + 1))]
        try:
            for older, newer in zip(reversed(names), reversed(names[:-1]), strict=False):
                with contextlib.suppress(FileNotFoundError):
                    newer.replace(older)
            if not self._keep:
                self.path.unlink(missing_ok=True)
        except OSError:
            return False
        old = self._fd
        self._open()
        os.close(old)
        return True
