"""Keeps a run's log within `log_bytes`: its head as it comes, its tail at the end, and what is missing between."""

from __future__ import annotations

import logging
from collections import deque
from collections.abc import Iterable

from linodctl.execution.reports import LogLine

PER_LINE = 40
"""Bytes that a line costs in the state file besides its words."""


class LogBudget:
    """Half of the bytes for the head, half for the tail; never holds more than the tail."""

    def __init__(self, log_bytes: int) -> None:
        self._head = log_bytes // 2
        self._room = self._head
        self._tail: deque[tuple[int, LogLine]] = deque()
        self._dropped_lines = 0
        self._dropped_bytes = 0

    def admit(self, lines: Iterable[LogLine]) -> tuple[LogLine, ...]:
        """Those that may be passed on now; the others wait for `rest`, or are dropped."""
        head = []
        for line in lines:
            size = _size(line)
            if not self._tail and size <= self._room:
                self._room -= size
                head.append(line)
            else:
                self._keep(size, line)
        return tuple(head)

    def rest(self) -> tuple[LogLine, ...]:
        """At the end of the run: the tail, led by a line that says what is missing before it."""
        tail = tuple(line for _, line in self._tail)
        self._tail.clear()
        if not self._dropped_lines:
            return tail
        missing = f"{self._dropped_lines} lines ({self._dropped_bytes} bytes)"
        text = f"… {missing} were left out here: log_bytes is {self._head * 2} …"
        return (LogLine(tail[0].time, logging.WARNING, "linodctl", text), *tail)

    def _keep(self, size: int, line: LogLine) -> None:
        """Add to the tail; the oldest make room. The newest stays, however long it is."""
        if not self._tail:
            self._room = self._head  # from here on the room of the tail
        self._tail.append((size, line))
        self._room -= size
        while self._room < 0 and len(self._tail) > 1:
            old, _ = self._tail.popleft()
            self._room += old
            self._dropped_lines += 1
            self._dropped_bytes += old


def _size(line: LogLine) -> int:
    words = len(line.text) if line.text.isascii() else len(line.text.encode("utf-8", "replace"))
    return words + len(line.logger) + PER_LINE
