"""The runner's own small recurring duties, rung by `schedule`: heartbeat, looking for wishes, pruning.

`schedule` compares naive local times, so it would sleep through the hour that autumn repeats: when the wall clock and
the monotonic clock disagree, or the zone's offset changes, every chore is registered anew.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import timedelta

from schedule import Scheduler as Bell

from linodctl.clock import Clock

DRIFT = 5.0
"""Seconds by which the two clocks may differ between two looks before the chores are registered anew."""


class Chores:
    """Rings each chore every so many seconds; all in step, so that they wake the runner together."""

    def __init__(self, clock: Clock, chores: Mapping[Callable[[], None], int]) -> None:
        self._clock = clock
        self._chores = dict(chores)
        self._bell = Bell()
        self._register()

    def seconds_to_next(self) -> float:
        """How long the runner may sleep before a chore is due."""
        idle = self._bell.idle_seconds
        return max(0.0, idle) if idle is not None else float(min(self._chores.values(), default=3600))

    def ring(self) -> None:
        """Do what is due."""
        if self._clocks_disagree():
            self._register()
            for chore in self._chores:
                chore()
            return
        self._bell.run_pending()

    def _register(self) -> None:
        self._bell.clear()
        for chore, seconds in self._chores.items():
            self._bell.every(seconds).seconds.do(chore)
        self._mark = (self._clock.now(), self._clock.monotonic(), self._offset())

    def _clocks_disagree(self) -> bool:
        wall, mono, offset = self._mark
        now, monotonic = self._clock.now(), self._clock.monotonic()
        self._mark = (now, monotonic, self._offset())
        return abs((now - wall).total_seconds() - (monotonic - mono)) > DRIFT or offset != self._offset()

    def _offset(self) -> timedelta | None:
        return self._clock.now().astimezone().utcoffset()
