"""Of many runs whose time is watched, each that still goes on when it is over is named, once."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from functools import partial
from typing import Any, cast

from linodctl.execution.deadlines import Deadlines


def test_who_still_goes_on_is_named_in_time() -> None:
    async def told() -> list[int]:
        loop, named, all_named = asyncio.get_running_loop(), list[int](), asyncio.Event()

        def name(run_id: int) -> None:
            named.append(run_id)
            if run_id == 5:
                all_named.set()

        deadlines = Deadlines(loop, name)
        for run_id, seconds in ((1, 0.01), (2, 3600), (3, 0.01), (4, 0.001)):
            deadlines.add(run_id, seconds)
        deadlines.drop(1, 0.01)  # the timer was for this one
        deadlines.drop(9, 0.01)
        while 3 not in named:
            await asyncio.sleep(0)
        deadlines.add(5, 0.01)
        await asyncio.wait_for(all_named.wait(), 20)
        return named

    assert asyncio.run(told()) == [4, 3, 5]


class Clockwork:
    """A loop whose time is told to it."""

    def __init__(self) -> None:
        self.now = 0.0
        self._timers: list[tuple[float, Callable[[], None]]] = []

    def time(self) -> float:
        return self.now

    def call_at(self, when: float, what: Callable[..., None], *args: object) -> None:
        self._timers.append((when, partial(what, *args)))

    def goes_on_to(self, now: float) -> None:
        self.now = now
        due = [what for when, what in self._timers if when <= now]
        self._timers = [timer for timer in self._timers if timer[0] > now]
        for what in due:
            what()


def test_who_is_told_of_one_may_drop_the_next_and_add_another() -> None:
    loop, named = Clockwork(), list[int]()

    def name(run_id: int) -> None:
        named.append(run_id)
        if run_id == 1:
            deadlines.drop(2, 10)
            deadlines.add(3, 10)

    deadlines = Deadlines(cast("Any", loop), name)
    deadlines.add(1, 10)
    deadlines.add(2, 10)
    loop.goes_on_to(11)
    assert named == [1]
    loop.goes_on_to(21)
    assert named == [1, 3]


def test_a_fault_in_one_keeps_no_other_from_its_time() -> None:
    async def told() -> tuple[list[int], list[str]]:
        loop, named, faults, both = asyncio.get_running_loop(), list[int](), list[str](), asyncio.Event()
        loop.set_exception_handler(lambda _, context: faults.append(str(context["exception"])))

        def name(run_id: int) -> None:
            named.append(run_id)
            if run_id == 1:
                raise RuntimeError("a fault of ours")
            both.set()

        deadlines = Deadlines(loop, name)
        for run_id in (1, 2):
            deadlines.add(run_id, 0.001)
        await asyncio.wait_for(both.wait(), 20)
        return named, faults

    assert asyncio.run(told()) == ([1, 2], ["a fault of ours"])
