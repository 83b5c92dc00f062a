"""When runs have to be over: told once for each that still goes on then.

A timer of the loop for each run would nearly always be made and cancelled for nothing. But most runs have the same
time, so that who began first is due first, and one timer stands for all of them.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable


class Deadlines:
    """Calls `on_timeout` with the ids of runs whose time is over, in the loop's thread."""

    def __init__(self, loop: asyncio.AbstractEventLoop, on_timeout: Callable[[int], None]) -> None:
        self._loop = loop
        self._on_timeout = on_timeout
        self._due: dict[float, dict[int, float]] = {}
        """By the time that they have, in seconds: run ids in the order in which they began, and when each is due."""
        self._watched: set[float] = set()
        """Those with a timer."""

    def add(self, run_id: int, seconds: float) -> None:
        """The run begins."""
        due = self._loop.time() + seconds
        self._due.setdefault(seconds, {})[run_id] = due
        self._watch(seconds, due)

    def drop(self, run_id: int, seconds: float) -> None:
        """It has ended, or was never begun."""
        self._due.get(seconds, {}).pop(run_id, None)

    def _watch(self, seconds: float, due: float) -> None:
        if seconds not in self._watched:
            self._watched.add(seconds)
            self._loop.call_at(due, self._look, seconds)

    def _look(self, seconds: float) -> None:
        self._watched.discard(seconds)
        runs, now = self._due.get(seconds, {}), self._loop.time()
        for run_id, due in list(runs.items()):
            if due > now:  # whoever the timer was for has ended
                self._watch(seconds, due)
                return
            del runs[run_id]
            self._on_timeout(run_id)
        self._due.pop(seconds, None)
