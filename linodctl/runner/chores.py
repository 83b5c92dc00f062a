"""The runner's own small recurring duties, rung by `schedule`: heartbeat, looking for wishes, pruning.

`schedule` compares naive local times, so it would sleep through the hour that autumn repeats: when the wall clock and
the monotonic clock disagree, or the zone's offset changes, every chore is registered anew.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import NamedTuple

from schedule import Scheduler as Bell

from linodctl.clock import Clock

DRIFT = 5.0
"""Seconds by which the two clocks may differ between two looks before the chores are registered anew."""


class Mark(NamedTuple):
    """What the clocks said at a look."""

    wall: datetime
    monotonic: float
    asleep: float
    offset: timedelta | None


OnStep = Callable[[float, bool], None]
"""Told by how many seconds the wall clock moved otherwise than time passed, and whether the machine slept."""


class Chores:
    """Rings each chore every so many seconds; all in step, so that they wake the runner together."""

    def __init__(self, clock: Clock, chores: Mapping[Callable[[], None], int], on_step: OnStep) -> None:
        self._clock = clock
        self._on_step = on_step
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
        self._mark = self._look()

    def _clocks_disagree(self) -> bool:
        before, self._mark = self._mark, self._look()
        now = self._mark
        step = (now.wall - before.wall).total_seconds() - (now.monotonic - before.monotonic)
        if abs(step) > DRIFT:
            self._on_step(step, abs(step - (now.asleep - before.asleep)) <= DRIFT)
        return abs(step) > DRIFT or now.offset != before.offset

    def _look(self) -> Mark:
        clock = self._clock
        return Mark(clock.now(), clock.monotonic(), clock.asleep(), clock.now().astimezone().utcoffset())
