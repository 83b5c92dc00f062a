"""Daemon threads that carry out one piece of work after the other, for starting a thread takes as long as a short run.

They are no pool of a fixed size: who is needed and not there is made, a stuck one is never waited for, and one that has
had nothing to do for a while goes home.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable
from contextvars import Context
from queue import Empty, SimpleQueue

IDLE_FOR = 60.0
"""Seconds after which a thread that has nothing to do ends."""
IDLE = "linodctl-idle"
"""The name of such a thread."""

Work = Callable[[], Callable[[], None]]
"""What is to be done; it returns how to say that it is done."""


class Hand:
    """One thread."""

    def __init__(self, idle: deque[Hand]) -> None:
        self._idle = idle
        self._orders: SimpleQueue[tuple[str, Work]] = SimpleQueue()
        self.thread = threading.Thread(target=self._live, name=IDLE, daemon=True)

    def give(self, name: str, work: Work) -> None:
        self._orders.put((name, work))

    def _live(self) -> None:
        while (order := self._next()) is not None:
            self.thread.name, work = order
            say_so = Context().run(work)  # what one run puts into context variables is not the next one's
            self.thread.name = IDLE
            self._idle.append(self)  # first: whoever hears of the end may have the next work ready
            say_so()
            del order, work, say_so  # what the run has left in memory must not stay until the next one

    def _next(self) -> tuple[str, Work] | None:
        """None when none came for a while."""
        try:
            return self._orders.get(timeout=IDLE_FOR)
        except Empty:
            try:
                self._idle.remove(self)
            except ValueError:  # somebody has just taken it from there, and gives it work
                return self._orders.get()
            return None


class Hands:
    """As many threads as are needed at a time."""

    def __init__(self) -> None:
        self._idle: deque[Hand] = deque()

    def do(self, name: str, work: Work) -> threading.Thread:
        """Have it done by a thread, which bears this name meanwhile. RuntimeError if one can't be made."""
        try:
            hand = self._idle.pop()  # the one that was busy last: the others may go home
        except IndexError:
            hand = Hand(self._idle)
            hand.thread.start()
        hand.give(name, work)
        return hand.thread
