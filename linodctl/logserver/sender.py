"""The sending half of the handler: a bounded queue, and a thread that brings it to the log server, in order.

```
emit → queue ─→ batch ─→ sent ─→ answered ─→ next batch
         │        └── no server: kept, tried again and again ──┘
         └── full: all that waits goes to stderr; what comes while that is written is dropped, and counted
```
Whoever logs never waits for any of it. In a forked child everything begins afresh: the parent sends what is its own.
"""

from __future__ import annotations

import atexit
import contextlib
import logging
import os
import select
import socket
import sys
import threading
import time
import weakref
from collections import deque
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from linodctl.clock import SystemClock
from linodctl.logserver.entry import TAKEN, Entry, pack, pack_entries
from linodctl.sockets import connect

BATCH = 200
"""Entries; and about so many characters:"""
BATCH_SIZE = 128 * 1024
REST = 0.005
"""Seconds between two batches: what comes in meanwhile travels together. The first after a silence leaves at once."""
PAUSES = (0.1, 0.2, 0.5, 1.0, 2.0)
"""Seconds between tries to reach a server that isn't there."""
CONNECT = 2.0
"""Seconds for a server to accept; a full backlog of waiting clients is as good as none."""
IDLE = 60.0
"""Seconds of silence after which the connection is given back."""
FLUSH = 10.0
"""Seconds for which a process that ends waits for a living server."""

_senders: weakref.WeakSet[Sender] = weakref.WeakSet()


class Sender:
    """Takes entries from any thread, signal handler or finalizer."""

    def __init__(self, path: Path, limit: int, write: Callable[[Sequence[Entry], str], None]) -> None:
        """`limit` entries wait; `write` brings entries that can't be sent, and a word on why, to stderr."""
        self._path = path
        self._limit = limit
        self._write = write
        self._clock = SystemClock()
        self._begin_afresh()
        _senders.add(self)

    def _begin_afresh(self) -> None:
        self._queue: deque[Entry] = deque()
        self._closed = False
        self._dropped = 0
        """Grows only, and only where entries are put: two threads can't disturb each other's sums."""
        self._dropped_told = 0
        self._astray = 0
        """Entries that went to stderr or were dropped since the server last heard how many."""
        self._thread: threading.Thread | None = None
        self._progress = threading.Condition()
        self._pending = 0
        self._away = False
        self._deadline: float | None = None
        self._asleep = False
        self._connection: socket.socket | None = None
        self._wake = self._waker = -1

    def after_fork_in_child(self) -> None:
        """The thread is not here, the connection is the parent's, and locks are as they happened to be."""
        self._let_go()
        self._begin_afresh()

    def _let_go(self) -> None:
        if self._connection is not None:
            self._connection.close()
        for fd in (self._wake, self._waker):
            if fd >= 0:
                os.close(fd)

    # --- for whoever logs -----------------------------------------------------------------------

    def put(self, entry: Entry) -> None:
        """Never waits. The entry is dropped, and counted, if the queue is full; after `close` it goes to stderr."""
        if self._closed:
            self._write([entry], "")
        elif len(self._queue) < self._limit:
            self._queue.append(entry)
            if self._thread is None:
                self._start()
            elif self._asleep:
                self._rouse()
        else:
            self._dropped += 1
            self._rouse()

    def flush(self, seconds: float = FLUSH) -> None:
        """Wait until all is delivered, while the server lives, but `seconds` at most."""
        self._rouse()
        with self._progress:
            self._progress.wait_for(lambda: self._is_empty() or self._away, seconds)

    def close(self, seconds: float = FLUSH) -> None:
        """Deliver what is left for up to `seconds` while the server lives; the rest goes to stderr."""
        self._closed = True
        thread, self._thread = self._thread, None
        if thread is None:
            return
        self._deadline = self._clock.monotonic() + seconds
        self._rouse()
        thread.join(seconds + 1)  # a stderr that nobody reads can hold it up for good
        if not thread.is_alive():
            if self._queue:
                self._spill("this process ends")
            self._let_go()

    def _is_empty(self) -> bool:
        return not self._queue and not self._pending

    def _start(self) -> None:
        self._wake, self._waker = os.pipe()
        for fd in (self._wake, self._waker):
            os.set_blocking(fd, False)
        self._thread = threading.Thread(target=self._work, name="linodctl-log-sender", daemon=True)
        # What a zygote must know of threads: this one is none that forking beside would be risky.
        self._thread.survives_fork = True  # type: ignore[attr-defined]  # a mark of ours
        try:
            self._thread.start()
        except RuntimeError:  # the interpreter is about to end, or there are too many threads
            self._spill("no thread can be started to send them")
            self._let_go()
            self._wake = self._waker = -1
            self._thread = None
            return
        self._mind_the_end()

    def _mind_the_end(self) -> None:
        """Of this very process: a forked one may have been told to forget what its parent wanted done at exit."""
        this = weakref.ref(self)

        def close() -> None:
            sender = this()
            if sender is not None:
                sender.close()

        atexit.register(close)
        multiprocessing: Any = sys.modules.get("multiprocessing")
        if multiprocessing is not None and multiprocessing.parent_process() is not None:
            from multiprocessing.util import Finalize  # its children don't call atexit functions (before Python 3.13)

            Finalize(None, close, exitpriority=0)

    def _rouse(self) -> None:
        self._asleep = False
        if self._waker >= 0:
            with contextlib.suppress(OSError):  # full, which rouses too; or closed, at the end of all
                os.write(self._waker, b"x")

    # --- the thread -----------------------------------------------------------------------------

    def _work(self) -> None:
        """Until we are to end and everything has gone one way or the other."""
        while self._deadline is None or self._queue or self._astray:
            self._sleep_until_asked()
            if not self._deliver(self._next_batch()):
                break
            with self._progress:
                self._progress.notify_all()
            if self._deadline is None and len(self._queue) < BATCH:
                time.sleep(REST)
        self._hang_up()

    def _sleep_until_asked(self) -> None:
        """Return at once if there is something to do; give the connection back after a long silence."""
        idle: float | None = IDLE
        while not self._queue and self._deadline is None:
            self._asleep = True
            if self._queue or self._deadline is not None:  # it came before we said that we sleep
                break
            if not self._wait(None, 0, idle):
                self._hang_up()
                idle = None
        self._asleep = False

    def _next_batch(self) -> list[Entry]:
        batch: list[Entry] = []
        size = 0
        while self._queue and len(batch) < BATCH and size < BATCH_SIZE:
            entry = self._queue.popleft()
            size += len(entry.message) + len(entry.details)
            batch.append(entry)
        self._pending = len(batch)
        return batch

    def _deliver(self, batch: list[Entry]) -> bool:
        """Until it is answered; False if the server is away and we are to end: then it is on stderr, with all else."""
        self._astray += self._newly_dropped()
        astray = self._astray
        frame = pack_entries([self._confession(astray), *batch] if astray else batch)
        tries = 0
        while (batch or astray) and not self._try(frame):
            self._hang_up()
            self._away = True
            with self._progress:
                self._progress.notify_all()
            if self._deadline is not None:
                self._queue.extendleft(reversed(batch))
                self._spill("it does not take them")
                return False
            self._wait(None, 0, PAUSES[min(tries, len(PAUSES) - 1)])
            tries += 1
        self._astray -= astray
        self._away = False
        self._pending = 0
        return True

    def _try(self, frame: bytes) -> bool:
        """Whether the server took it."""
        try:
            if self._connection is None:
                self._connection = connect(self._path, CONNECT)
                self._connection.setblocking(False)
                frame = pack({"pid": os.getpid(), "process": _process_name()}) + frame
            rest = memoryview(frame)
            while rest:
                if not self._wait(self._connection, select.POLLOUT):
                    return False
                rest = rest[self._connection.send(rest) :]
            return self._wait(self._connection, select.POLLIN) and self._connection.recv(64) == TAKEN
        except OSError:
            return False

    def _wait(self, connection: socket.socket | None, event: int, seconds: float | None = None) -> bool:
        """Until the connection is ready (True), or `seconds` or our time are over (False); or until roused, without a
        connection. A queue that has run full meanwhile is emptied."""
        end = None if seconds is None else self._clock.monotonic() + seconds
        poll = select.poll()
        poll.register(self._wake, select.POLLIN)
        if connection is not None:
            poll.register(connection, event)
        while True:
            if len(self._queue) >= self._limit:
                self._spill("it is too slow" if connection is not None else "it is not there")
            times = [at for at in (end, self._deadline) if at is not None]
            left = max(0.0, min(times) - self._clock.monotonic()) if times else None
            ready = {fd for fd, _ in poll.poll(None if left is None else left * 1000)}
            if self._wake in ready:
                with contextlib.suppress(BlockingIOError):
                    os.read(self._wake, 4096)
                if connection is None:
                    return True
            if connection is not None and connection.fileno() in ready:
                return True
            if not ready and left is not None:
                return False

    def _hang_up(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    # --- what the server doesn't take -----------------------------------------------------------

    def _spill(self, why: str) -> None:
        """All that waits now goes to stderr."""
        entries = [self._queue.popleft() for _ in range(len(self._queue))]
        dropped = self._newly_dropped()
        self._astray += len(entries) + dropped
        lost = f", and {dropped} more are lost" if dropped else ""
        if entries or dropped:
            self._write(entries, f"{len(entries)} records for the log server at {self._path} follow here{lost}: {why}")

    def _newly_dropped(self) -> int:
        dropped = self._dropped
        newly, self._dropped_told = dropped - self._dropped_told, dropped
        return newly

    def _confession(self, astray: int) -> Entry:
        text = f"{astray} records of this process are not here: the log server did not take them, see its stderr"
        return Entry(self._clock.now().timestamp(), logging.WARNING, "linodctl.logserver", text)


def _process_name() -> str:
    """The name that `multiprocessing` gives, where that is in use."""
    multiprocessing: Any = sys.modules.get("multiprocessing")
    return "MainProcess" if multiprocessing is None else str(multiprocessing.current_process().name)


def _after_fork() -> None:
    for sender in list(_senders):
        sender.after_fork_in_child()


os.register_at_fork(after_in_child=_after_fork)
