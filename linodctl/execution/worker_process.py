"""The runner's end of one worker: three pipes, the channel for its orders, one for its reports, one for raw output."""

from __future__ import annotations

import asyncio
import contextlib
import fcntl
import logging
import os
from collections.abc import Iterable
from typing import Any, NamedTuple, Protocol

from linodctl.clock import Clock
from linodctl.execution.lines import Lines
from linodctl.execution.outbox import Outbox
from linodctl.execution.reports import LogLine, log_line
from linodctl.execution.settle import Exit
from linodctl.execution.wire import BadFrame, Splitter, measured, unpack_many

OUTPUT = ("output", logging.INFO)
"""Logger name and level of what arrives through the pipe."""

_CHUNK = 65536
"""Bytes read at a time: some two milliseconds of parsing, then the loop may do something else."""
_TALKATIVE = 0.02
"""Seconds of talk without a break after which a worker is heard every"""
_BREAK = 0.005
"""seconds only: to be woken for each line costs both sides more than the line."""
_ROOM = 1024 * 1024
"""Bytes that the pipe of a chatty worker holds while the loop is busy; then the run waits."""
_GROW = getattr(fcntl, "F_SETPIPE_SZ", None)
_DRAIN_AT_MOST = 1024 * 1024
"""Bytes taken from the pipe of a dead worker; a process that escaped from its session might write for ever."""


class Listener(Protocol):
    """Who wants to know about a worker: the run that it carries out."""

    def forked(self, pid: int, pid_started: str) -> None: ...

    def log(self, lines: list[LogLine]) -> None: ...

    def heard(self, frame: list[Any]) -> None:
        """A frame other than a log line: its name, then what belongs to it."""

    def gone(self, end: Exit, lost: str | None) -> None:
        """The process has ended and everything it said has been heard."""


class Ends(NamedTuple):
    """The runner's ends of what connects it with a worker."""

    channel: int
    reports: int
    output: int


class WorkerProcess:
    """One worker. Nothing is read before its birth is known, so that a run's first report is always `Started`."""

    def __init__(self, loop: asyncio.AbstractEventLoop, clock: Clock, number: int, ends: Ends) -> None:
        self.number = number
        self.listener: Listener | None = None
        self.pid: int | None = None
        self.pid_started = ""
        self.served = 0
        """Runs that it has carried out."""
        self._loop = loop
        self._clock = clock
        self._channel, self._reports, self._output = ends
        self._outbox = Outbox(loop, ends.channel, lambda frame, _: os.write(ends.channel, frame))
        self._closed = self._has_room = False
        self._talks_since = self._heard_at = 0.0
        self._pause: asyncio.TimerHandle | None = None
        self._frames = Splitter()
        self._lines = Lines()
        for fd in ends:
            os.set_blocking(fd, False)

    def send(self, frame: bytes) -> None:
        """An order. Nothing happens if it was dismissed."""
        if self._channel >= 0:
            self._outbox.send(measured(frame))

    def forked(self, pid: int, pid_started: str) -> None:
        self.pid, self.pid_started = pid, pid_started
        self._listen()
        self._loop.add_reader(self._output, self._read_output)
        if self.listener is not None:
            self.listener.forked(pid, pid_started)

    def gone(self, end: Exit, lost: str | None = None) -> None:
        """It has been reaped. Hear what is left in the buffers, not more: a grandchild may keep the pipe open."""
        self.drain()
        self._log_output(self._lines.finish())
        self.close()
        if self.listener is not None:
            self.listener.gone(end, lost)

    def drain(self) -> None:
        """Hear everything that has been said so far."""
        while self._read_reports():
            pass
        self.drain_output()

    def drain_output(self) -> None:
        taken = 0
        while (size := self._read_output()) and taken < _DRAIN_AT_MOST:
            taken += size

    def dismiss(self) -> None:
        """No more orders: it ends by itself, and is heard until then."""
        if self._channel >= 0:
            self._outbox.close()
            os.close(self._channel)
            self._channel = -1

    def close(self) -> None:
        if self._closed:
            return
        self._closed = True
        self.dismiss()
        if self._pause is not None:
            self._pause.cancel()
        for fd in (self._reports, self._output):
            self._loop.remove_reader(fd)
            os.close(fd)

    def _listen(self) -> None:
        self._pause = None
        self._loop.add_reader(self._reports, self._on_reports)

    def _on_reports(self) -> None:
        """Hear some; then pause, if all was heard of a worker that talks on and on."""
        if self._read_reports() in (0, _CHUNK):
            return
        now = self._loop.time()
        if now - self._heard_at > 2 * _BREAK:
            self._talks_since = now
        self._heard_at = now
        if now - self._talks_since > _TALKATIVE and self._pause is None:
            self._loop.remove_reader(self._reports)
            self._pause = self._loop.call_later(_BREAK, self._listen)

    def _read_reports(self) -> int:
        """Hear some of them; how many bytes there were."""
        try:
            data = os.read(self._reports, _CHUNK)
        except BlockingIOError:
            return 0
        if not data:
            self._loop.remove_reader(self._reports)
            return 0
        if len(data) > _CHUNK // 2 and not self._has_room:  # of lines it is never full to the last byte
            self._make_room()
        try:
            lines = self._frames.feed(data)
        except BadFrame as error:
            self._say(f"the worker's reports can't be read any more: {error}")
            self._loop.remove_reader(self._reports)
            return 0
        self._hear(lines)
        return len(data)

    def _make_room(self) -> None:
        self._has_room = True
        if _GROW is not None:
            with contextlib.suppress(OSError):  # the user may have no more of it: then the run waits sooner
                fcntl.fcntl(self._reports, _GROW, _ROOM)

    def _hear(self, lines: list[bytes]) -> None:
        """Dispatch frames, masses of log lines together."""
        listener = self.listener
        if listener is None:
            return
        logged: list[LogLine] = []
        for frame in self._frames_of(lines):
            try:
                if frame[0] == "log":
                    _, when, level, logger, text = frame
                    logged.append(log_line(when, level, logger, text))
                    continue
                if logged:
                    listener.log(logged)
                    logged = []
                listener.heard(frame)
            except (ValueError, TypeError, LookupError, OverflowError, OSError):
                self._say(f"the worker sent an unreadable report: {frame!r:.200}")
        if logged:
            listener.log(logged)

    def _frames_of(self, lines: list[bytes]) -> Iterable[Any]:
        try:
            return unpack_many(lines)
        except BadFrame:
            return self._one_by_one(lines)

    def _one_by_one(self, lines: list[bytes]) -> Iterable[Any]:
        """Something else than a worker's reporter wrote into the channel: find out which lines are good."""
        for line in lines:
            try:
                yield from unpack_many([line])
            except BadFrame:
                self._say(f"the worker sent an unreadable report: {line[:200]!r}")

    def _read_output(self) -> int:
        """Hear some of the pipe; how many bytes there were."""
        try:
            data = os.read(self._output, _CHUNK)
        except BlockingIOError:
            return 0
        if not data:
            self._loop.remove_reader(self._output)
            return 0
        self._log_output(self._lines.feed(data))
        return len(data)

    def _log_output(self, texts: list[str]) -> None:
        if texts and self.listener is not None:
            now = self._clock.now()
            name, level = OUTPUT
            self.listener.log([LogLine(now, level, name, text) for text in texts])

    def _say(self, text: str) -> None:
        if self.listener is not None:
            self.listener.log([LogLine(self._clock.now(), logging.WARNING, "linodctl", text)])


def new_ends() -> tuple[Ends, tuple[int, int, int]]:
    """What is to connect a new worker: the runner's ends, and the worker's three descriptors in the same order.

    Raises OSError when this process may not open more.
    """
    with contextlib.ExitStack() as undo:
        their_channel, channel = os.pipe()
        undo.callback(os.close, channel)
        undo.callback(os.close, their_channel)
        reports, their_reports = os.pipe()
        undo.callback(os.close, reports)
        undo.callback(os.close, their_reports)
        output, their_output = os.pipe()
        undo.pop_all()
    return Ends(channel, reports, output), (their_channel, their_reports, their_output)
