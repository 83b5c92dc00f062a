"""Threads that serve again: each piece of work finds one that is free, whatever the others are at."""

from __future__ import annotations

import threading
from collections.abc import Callable

import pytest

from linodctl.execution import hands as room
from linodctl.execution.hands import Hands, Work

PATIENCE = 20


def meet(party: threading.Barrier) -> Work:
    """Work that is through when so many others are at the same."""

    def work() -> Callable[[], None]:
        party.wait(PATIENCE)
        return lambda: None

    return work


@pytest.mark.parametrize("sizes", [(1, 20, 5, 20), (7, 7, 30)])
def test_all_that_is_given_goes_on_at_the_same_time(sizes: tuple[int, ...]) -> None:
    hands = Hands()
    for size in sizes:
        party = threading.Barrier(size + 1)
        for number in range(size):
            hands.do(f"work {number}", meet(party))
        party.wait(PATIENCE)


def test_a_stuck_one_keeps_nobody_waiting_and_short_work_few_hands_busy() -> None:
    hands, done, stuck = Hands(), threading.Semaphore(0), threading.Barrier(2)
    hands.do("stuck", meet(stuck))
    seen: set[threading.Thread] = set()

    def short() -> Callable[[], None]:
        seen.add(threading.current_thread())
        return done.release

    for _ in range(100):
        hands.do("short", short)
        assert done.acquire(timeout=PATIENCE)
    assert len(seen) == 1
    stuck.wait(PATIENCE)


def test_who_has_nothing_to_do_for_a_while_goes_home(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(room, "IDLE_FOR", 0.01)
    hands = Hands()
    for _ in range(3):
        party, there = threading.Barrier(3), threading.enumerate()
        for _ in range(2):
            hands.do("work", meet(party))
        made = [thread for thread in threading.enumerate() if thread not in there]
        party.wait(PATIENCE)
        for thread in made:
            thread.join(PATIENCE)
            assert not thread.is_alive()


def test_an_end_that_can_not_be_told_stops_nobody_else() -> None:
    hands, done = Hands(), threading.Event()
    with pytest.raises(ZeroDivisionError):
        hands.is_through(lambda: 1 // 0)  # type: ignore[arg-type,return-value]  # it returns nothing at all
    hands.do("goes on", lambda: done.set)
    assert done.wait(PATIENCE)
