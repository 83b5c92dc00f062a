"""The runner's own duties ring in step, and again at once when the clock was set."""

from __future__ import annotations

from datetime import timedelta

import time_machine

from linodctl.runner.chores import Chores
from linodctl.testing import FakeClock


def test_chores_ring_when_due_and_after_a_step_of_the_clock() -> None:
    rung: list[str] = []
    steps: list[tuple[float, bool]] = []
    clock = FakeClock()

    def chore() -> None:
        rung.append(f"at {clock.monotonic():.0f}")

    with time_machine.travel(clock.now(), tick=False) as traveller:

        def advance(seconds: float, wall: float | None = None) -> None:
            clock.advance(seconds)
            if wall is not None:
                clock.set(clock.now() + timedelta(seconds=wall - seconds))
            traveller.move_to(clock.now())

        begin = clock.monotonic()
        chores = Chores(clock, {chore: 15}, lambda *step: steps.append(step))
        assert chores.seconds_to_next() == 15
        advance(14)
        chores.ring()
        assert rung == []
        advance(1)
        chores.ring()
        assert rung == [f"at {begin + 15:.0f}"]
        advance(1, wall=-3599)  # somebody sets the clock back by an hour
        chores.ring()
        assert len(rung) == 2
        assert chores.seconds_to_next() == 15
