"""Daemon threads that carry out one piece of work after the other, for starting a thread takes as long as a short run.

They are no pool of a fixed size: for each piece of work there is a hand that is free, and a stuck one is never waited
for. But waking a thread takes as long as a short run, too. So one is woken at a time; it wakes the next one before it
begins, and who is through looks for more. One that has had nothing to do for a while goes home.

```
do ──► waiting ──► taken by a hand that is awake, which wakes one that is idle ──► done ──► told
                        ▲                                                            │
                        └────────── awake: looks for more, else it is idle ◄─────────┘
```
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable
from contextvars import Context

IDLE_FOR = 60.0
"""Seconds after which a thread that has nothing to do ends."""
IDLE = "linodctl-idle"
"""The name of such a thread."""

Work = Callable[[], Callable[[], None]]
"""What is to be done; it returns how to say that it is done."""


class Hands:
    """As many threads as are needed at a time."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._waiting: deque[tuple[str, Work]] = deque()
        self._idle: list[_Hand] = []
        self._awake = 0
        """Hands that are about to look for work."""

    def do(self, name: str, work: Work) -> None:
        """Have it done by a thread, which bears this name meanwhile. RuntimeError if one has to be made and can't."""
        with self._lock:
            if len(self._waiting) >= len(self._idle) + self._awake:
                _Hand(self).start()
                self._awake += 1
            self._waiting.append((name, work))
            self._wake_one()

    def next_for(self, hand: _Hand) -> tuple[str, Work] | None:
        """The work that waits longest; if there is none, the hand is idle from now on."""
        with self._lock:
            self._awake -= 1
            if not self._waiting:
                self._idle.append(hand)
                return None
            taken = self._waiting.popleft()
            self._wake_one()
            return taken

    def _wake_one(self) -> None:
        if self._waiting and self._idle and not self._awake:
            self._awake += 1
            self._idle.pop().bell.release()  # the one that was busy last: the others may go home

    def is_through(self, say_so: Callable[[], None]) -> None:
        """A hand has done its work. It is free before it says so: whoever hears of that may have the next one ready."""
        with self._lock:
            self._awake += 1
        try:
            say_so()
        except BaseException:
            with self._lock:
                self._awake -= 1
            raise

    def lets_go(self, hand: _Hand) -> bool:
        """Whether this idle hand may go home; not if it is being woken, or soon will be."""
        with self._lock:
            if self._waiting or hand not in self._idle:
                return False
            self._idle.remove(hand)
            return True


class _Hand(threading.Thread):
    """One thread."""

    def __init__(self, hands: Hands) -> None:
        super().__init__(name=IDLE, daemon=True)
        self._hands = hands
        self.bell = threading.Lock()
        self.bell.acquire()

    def run(self) -> None:
        while True:
            while work := self._hands.next_for(self):
                self._carry_out(*work)
                del work  # what the run has left in memory must not stay until the next one
            while not self.bell.acquire(timeout=IDLE_FOR):
                if self._hands.lets_go(self):
                    return

    def _carry_out(self, name: str, work: Work) -> None:
        self.name = name
        say_so = Context().run(work)  # what one run puts into context variables is not the next one's
        self.name = IDLE
        self._hands.is_through(say_so)
