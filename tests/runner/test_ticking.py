"""What is decided ahead begins at its slot, and a clock that is set meanwhile keeps nobody waiting for long."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any, cast

import pytest

from linodctl.domain import Launch, Policy, Task
from linodctl.planning import Scheduler
from linodctl.recurrence import parse_recurrence
from linodctl.runner import ticking as room
from linodctl.runner.books import Books
from linodctl.runner.inbox import Inbox
from linodctl.runner.ticking import Ticker
from linodctl.runner.troubles import Troubles
from linodctl.runner.wishes import Wishes
from linodctl.store.store import Store
from linodctl.testing import FakeClock

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
SLOT = NOON + timedelta(seconds=17)


class Starter:
    """In place of an executor: something may happen when a run is made ready; when each began is noted."""

    def __init__(self, clock: FakeClock, meanwhile: Callable[[], None]) -> None:
        self._clock = clock
        self._meanwhile = meanwhile
        self.began: list[datetime] = []

    def prepare(self, order: object) -> Callable[[], None]:
        self._meanwhile()
        return lambda: self.began.append(self._clock.now())


@pytest.mark.parametrize("back", [timedelta(0), timedelta(hours=3)])
def test_starts_that_were_decided_ahead(store: Store, monkeypatch: pytest.MonkeyPatch, back: timedelta) -> None:
    recurrence = parse_recurrence({"every": "minute at :17"}, name="a", zone="UTC")
    tasks = [Task(n, f"t{n}", f"t{n}", recurrence, Policy(), Launch("jobs.job")) for n in range(10)]
    scheduler = Scheduler(tasks, {}, max_parallel=20, limits={}, now=NOON)
    inbox, clock = Inbox(), FakeClock(NOON)
    executor = Starter(clock, lambda: clock.set(SLOT - timedelta(milliseconds=2) - back))
    ticker = Ticker(
        store=store,
        books=Books(store, scheduler, Wishes(0), inbox, "host"),
        executor=cast(Any, executor),
        changes=cast(Any, None),
        inbox=inbox,
        clock=clock,
        surroundings=cast(Any, None),
        troubles=Troubles([]),
    )
    monkeypatch.setattr(room.time, "sleep", clock.advance)
    ticker.tick(looks_ahead=True)
    clock.advance(16.998)
    ticker.tick(looks_ahead=True)
    assert len(executor.began) == len(tasks)
    if back:
        assert max(executor.began) < SLOT - back + timedelta(seconds=0.2)
    else:
        assert set(executor.began) == {SLOT}
