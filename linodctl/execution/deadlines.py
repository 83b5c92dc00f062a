"""When runs have to be over, and idle workers are let go: told once for each that is still there then.

A timer of the loop for each would nearly always be made and cancelled for nothing. But most have the same time, so that
who began first is due first, and one timer stands for all of them.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Hashable
from typing import Generic, TypeVar

K = TypeVar("K", bound=Hashable)


class Deadlines(Generic[K]):
    """Calls `on_timeout` with each whose time is over, in the loop's thread."""

    def __init__(self, loop: asyncio.AbstractEventLoop, on_timeout: Callable[[K], None]) -> None:
        self._loop = loop
        self._on_timeout = on_timeout
        self._due: dict[float, dict[K, float]] = {}
        """By the time that they have, in seconds: all in the order in which they began, and when each is due."""
        self._watched: set[float] = set()
        """Those with a timer."""

    def add(self, one: K, seconds: float) -> None:
        """Its time begins."""
        due = self._loop.time() + seconds
        self._due.setdefault(seconds, {})[one] = due
        self._watch(seconds, due)

    def drop(self, one: K, seconds: float) -> None:
        """It is over before its time, or was never begun."""
        self._due.get(seconds, {}).pop(one, None)

    def _watch(self, seconds: float, due: float) -> None:
        if seconds not in self._watched:
            self._watched.add(seconds)
            self._loop.call_at(due, self._look, seconds)

    def _look(self, seconds: float) -> None:
        self._watched.discard(seconds)
        those, now = self._due.get(seconds, {}), self._loop.time()
        while those:  # whoever is told may add some, or drop some
            one, due = next(iter(those.items()))
            if due > now:  # the one that the timer was for has gone
                self._watch(seconds, due)
                return
            del those[one]
            try:
                self._on_timeout(one)
            except Exception as error:  # a fault of ours must not keep the others from theirs
                self._loop.call_exception_handler({"message": "a timeout was not obeyed", "exception": error})
        self._due.pop(seconds, None)
