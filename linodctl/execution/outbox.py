"""Sends frames over a non-blocking socket or pipe in their order; what that doesn't take at once waits for room."""

from __future__ import annotations

import asyncio
import contextlib
import os
from collections import deque
from collections.abc import Callable


class Outbox:
    """Owns the descriptors that it is given: each is closed once it was sent, or can't be."""

    def __init__(self, loop: asyncio.AbstractEventLoop, fd: int, send: Callable[[bytes, list[int]], int]) -> None:
        """`send` sends (the beginning of) a frame, and descriptors with it, by `fd`; it returns how many bytes went."""
        self._loop = loop
        self._fd = fd
        self._send = send
        self._waiting: deque[tuple[bytes, tuple[int, ...]]] = deque()
        self._blocked = False

    def send(self, frame: bytes, fds: tuple[int, ...] = ()) -> None:
        """Send now, or as soon as possible. Never raises: whether the other side lives is the reader's concern."""
        self._waiting.append((frame, fds))
        if not self._blocked:
            self._flush()

    def close(self) -> None:
        """Give up what was not sent. To be called before `fd` is closed."""
        self._unblock()
        while self._waiting:
            _close_all(self._waiting.popleft()[1])

    def _flush(self) -> None:
        while self._waiting:
            frame, fds = self._waiting[0]
            try:
                sent = self._send(frame, list(fds))
            except BlockingIOError:
                if not self._blocked:
                    self._blocked = True
                    self._loop.add_writer(self._fd, self._flush)
                return
            except OSError:
                self.close()
                return
            _close_all(fds)
            if sent < len(frame):
                self._waiting[0] = (frame[sent:], ())
            else:
                self._waiting.popleft()
        self._unblock()

    def _unblock(self) -> None:
        if self._blocked:
            self._blocked = False
            self._loop.remove_writer(self._fd)


def _close_all(fds: tuple[int, ...]) -> None:
    for fd in fds:
        with contextlib.suppress(OSError):
            os.close(fd)
