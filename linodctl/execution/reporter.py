"""The worker's mouth: log lines, progress and the ending of a run, each sent to the runner the moment it happens.

Nothing is collected first, so what was said before a crash is on record. Where the runner reads too slowly, the worker
waits: that keeps the memory of both bounded. They go through a pipe, since that holds some thousand lines for a runner
that is busy; a socket accounts for so much beside each of them that it is full after two hundred.
"""

from __future__ import annotations

import json
import os
import threading
from typing import Any

from linodctl.execution.outcome import Ending
from linodctl.execution.wire import pack

LONGEST_TEXT = 64 * 1024
"""Characters of one log record."""


_quoted = json.encoder.encode_basestring
_READY, _BEGIN = pack(["ready"]), pack(["begin"])
LONGEST_NAME = 200
"""Characters of a logger's name."""


class ChannelClosed(Exception):
    """The procedure has closed the channel: nothing can be reported any more."""


class Reporter:
    """Sends frames through the worker's pipe. A process that the procedure forks off writes to the output instead."""

    def __init__(self) -> None:
        self._pipe: int | None = None
        self._lock = threading.Lock()
        self._forked = False

    def open(self, pipe: int) -> None:
        """From here on somebody hears what is said: before, it was a rehearsal."""
        self._pipe = pipe
        os.register_at_fork(after_in_child=self._after_fork)

    def line(self, when: float, level: int, logger: str, text: str) -> None:
        if len(text) > LONGEST_TEXT:
            text = f"{text[:LONGEST_TEXT]}… ({len(text) - LONGEST_TEXT} characters left out)"
        if self._forked:
            os.write(2, f"{text}\n".encode("utf-8", "replace"))
        else:
            # As `pack` would write it, in a third of the time: chatty runs say a hundred thousand of these.
            name = _quoted(logger[:LONGEST_NAME])
            self._send_frame(f'["log",{float(when)!r},{level:d},{name},{_quoted(text)}]\n'.encode("utf-8", "replace"))

    def progress(self, done: float, total: float | None, text: str) -> None:
        if not self._forked:
            self._send(["progress", float(done), None if total is None else float(total), str(text)[:LONGEST_TEXT]])

    def ready(self) -> None:
        """Forked ahead of any order, it waits for one."""
        self._send_frame(_READY)

    def begin(self) -> None:
        """The order was read and is carried out from here on."""
        self._send_frame(_BEGIN)

    def end(self, ending: Ending, last: bool, cpu_seconds: float, max_rss: int) -> None:
        """The last word on a run; `last` says that the worker ends, too. Raises ChannelClosed."""
        try:
            self._send(["end", {**ending.told(), "last": last, "cpu_seconds": cpu_seconds, "max_rss": max_rss}])
        except OSError:
            raise ChannelClosed from None

    def answer(self, value: Any) -> None:
        """The last word on a probe."""
        self._send(["probe", value])

    def _send(self, frame: list[Any]) -> None:
        self._send_frame(pack(frame))

    def _send_frame(self, frame: bytes) -> None:
        if self._pipe is None:
            return
        try:
            with self._lock:
                sent = os.write(self._pipe, frame)
                while sent < len(frame):  # a signal came between
                    sent += os.write(self._pipe, frame[sent:])
        except (BrokenPipeError, ConnectionResetError):
            pass  # a runner that is gone is no reason to disturb the procedure: the zygote will stop it in order

    def _after_fork(self) -> None:
        # Two processes on one socket would tear each other's frames apart, and the lock may be held by a thread that
        # doesn't exist here.
        self._lock = threading.Lock()
        self._forked = True
