"""The runner's end of one worker: the channel that carries orders and reports, and the pipe with its raw output."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import socket
from collections.abc import Iterable
from typing import Any, Protocol

from linodctl.clock import Clock
from linodctl.execution.lines import Lines
from linodctl.execution.outbox import Outbox
from linodctl.execution.reports import LogLine, log_line
from linodctl.execution.settle import Exit
from linodctl.execution.wire import BadFrame, Splitter, unpack_many

OUTPUT = ("output", logging.INFO)
"""Logger name and level of what arrives through the pipe."""

_CHUNK = 65536
"""Bytes read at a time: some two milliseconds of parsing, then the loop may do something else."""
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


class WorkerProcess:
    """One worker. Nothing is read before its birth is known, so that a run's first report is always `Started`."""

    def __init__(
        self, loop: asyncio.AbstractEventLoop, clock: Clock, number: int, channel: socket.socket, output: int
    ) -> None:
        self.number = number
        self.listener: Listener | None = None
        self.pid: int | None = None
        self.pid_started = ""
        self.served = 0
        """Runs that it has carried out."""
        self._loop = loop
        self._clock = clock
        self._channel = channel
        self._channel_fd = channel.fileno()
        """What the loop knows it by: with the socket itself its look-ups cost several times as much."""
        self._output = output
        self._outbox = Outbox(loop, channel)
        self._frames = Splitter()
        self._lines = Lines()
        channel.setblocking(False)
        os.set_blocking(output, False)

    def send(self, frame: bytes) -> None:
        self._outbox.send(frame)

    def forked(self, pid: int, pid_started: str) -> None:
        self.pid, self.pid_started = pid, pid_started
        self._loop.add_reader(self._channel_fd, self._read_channel)
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
        while self._read_channel():
            pass
        self.drain_output()

    def drain_output(self) -> None:
        taken = 0
        while (size := self._read_output()) and taken < _DRAIN_AT_MOST:
            taken += size

    def dismiss(self) -> None:
        """No more orders: it ends by itself, and is heard until then."""
        with contextlib.suppress(OSError):
            self._channel.shutdown(socket.SHUT_WR)

    def close(self) -> None:
        if self._channel.fileno() < 0:
            return
        self._outbox.close()
        self._loop.remove_reader(self._channel_fd)
        self._loop.remove_reader(self._output)
        self._channel.close()
        os.close(self._output)

    def _read_channel(self) -> int:
        """Hear some of the channel; how many bytes there were."""
        try:
            data = self._channel.recv(_CHUNK)
        except BlockingIOError:
            return 0
        except OSError:
            data = b""
        if not data:
            self._loop.remove_reader(self._channel_fd)
            return 0
        try:
            lines = self._frames.feed(data)
        except BadFrame as error:
            self._say(f"the worker's reports can't be read any more: {error}")
            self._loop.remove_reader(self._channel_fd)
            return 0
        self._hear(lines)
        return len(data)

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


def channel_pair() -> tuple[socket.socket, int, tuple[int, int]]:
    """A new channel and pipe: the runner's ends (a socket, a descriptor), and the worker's two descriptors.

    Raises OSError when this process may not open more.
    """
    ours, theirs = socket.socketpair()
    try:
        output, their_output = os.pipe()
    except OSError:
        with contextlib.suppress(OSError):
            ours.close()
            theirs.close()
        raise
    return ours, output, (theirs.detach(), their_output)
