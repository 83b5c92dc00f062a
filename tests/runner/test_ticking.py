"""What is decided ahead begins at its slot, with its claim on disk, and a clock that is set keeps nobody waiting."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any, cast

import pytest

from linodctl import events
from linodctl.domain import Launch, Outcome, Policy, Task
from linodctl.errors import StateError
from linodctl.planning import Scheduler
from linodctl.recurrence import parse_recurrence
from linodctl.runner import beginning as room
from linodctl.runner import flushing
from linodctl.runner.books import Books
from linodctl.runner.inbox import Inbox
from linodctl.runner.ticking import Ticker
from linodctl.runner.troubles import Troubles
from linodctl.runner.wishes import Wishes
from linodctl.store.store import Store
from linodctl.testing import FakeClock

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
SLOT = NOON + timedelta(seconds=17)
RUNS = 10


class Starter:
    """In place of an executor: something may happen when a run is made ready; when each began is noted."""

    def __init__(self, clock: FakeClock, meanwhile: Callable[[], None] = lambda: None) -> None:
        self._clock = clock
        self._meanwhile = meanwhile
        self.began: list[datetime] = []
        self.all_began = asyncio.Event()
        self.cancelled: dict[int, tuple[str, Outcome]] = {}
        self.has_closed = False

    def prepare(self, order: object) -> Callable[[], bool]:
        self._meanwhile()
        return self._begin

    def cancel(self, run_id: int, why: str, outcome: Outcome) -> None:
        self.cancelled[run_id] = why, outcome

    def _begin(self) -> bool:
        self.began.append(self._clock.now())
        if len(self.began) == RUNS:
            self.all_began.set()
        return not self.has_closed


def ticker_of(store: Store, executor: Starter, clock: FakeClock, tell: events.Listener = print) -> Ticker:
    recurrence = parse_recurrence({"every": "minute at :17"}, name="a", zone="UTC")
    tasks = [Task(n, f"t{n}", f"t{n}", recurrence, Policy(), Launch("jobs.job")) for n in range(RUNS)]
    scheduler = Scheduler(tasks, {}, max_parallel=20, limits={}, now=NOON)
    inbox = Inbox()
    return Ticker(
        store=store,
        books=Books(store, scheduler, Wishes(0), inbox, "host"),
        executor=cast(Any, executor),
        changes=cast(Any, None),
        inbox=inbox,
        clock=clock,
        surroundings=cast(Any, None),
        troubles=Troubles([tell]),
    )


def claim_ahead(ticker: Ticker, clock: FakeClock) -> None:
    """One tick long before the slot, another just before it."""
    ticker.tick(looks_ahead=True)
    clock.advance(16.998)
    ticker.tick(looks_ahead=True)


@pytest.mark.parametrize("back", [timedelta(0), timedelta(hours=3)])
def test_starts_that_were_decided_ahead(store: Store, monkeypatch: pytest.MonkeyPatch, back: timedelta) -> None:
    clock = FakeClock(NOON)
    monkeypatch.setattr(room.time, "sleep", clock.advance)

    async def go() -> list[datetime]:
        executor = Starter(clock, meanwhile=lambda: clock.set(SLOT - timedelta(milliseconds=2) - back))
        claim_ahead(ticker_of(store, executor, clock), clock)
        assert executor.began == []
        await asyncio.wait_for(executor.all_began.wait(), 10)
        return executor.began

    began = asyncio.run(go())
    assert set(began) == {SLOT - back}, "by the clock that was set they begin when they would have begun"


def test_nothing_begins_before_its_claim_is_on_the_disk(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    clock, disk_answers = FakeClock(NOON), threading.Event()
    monkeypatch.setattr(flushing, "flush", lambda path: not disk_answers.wait(10))

    async def go() -> None:
        executor = Starter(clock)
        claim_ahead(ticker_of(store, executor, clock), clock)
        clock.advance(1)
        await asyncio.sleep(0.05)
        assert len(store.running()) == RUNS
        assert executor.began == []
        disk_answers.set()
        await asyncio.wait_for(executor.all_began.wait(), 10)

    asyncio.run(go())


def test_what_a_thread_can_not_bring_to_the_disk_a_commit_does(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    clock, told, waited = FakeClock(NOON), list[events.Event](), list[bool]()
    transaction = Store.transaction

    def watched(self: Store, durable: bool = True) -> Any:
        waited.append(durable)
        return transaction(self, durable)

    def lack_descriptors(path: object) -> bool:
        raise OSError(24, "Too many open files")

    monkeypatch.setattr(flushing, "flush", lack_descriptors)
    monkeypatch.setattr(Store, "transaction", watched)

    async def go() -> Starter:
        executor = Starter(clock)
        claim_ahead(ticker_of(store, executor, clock, told.append), clock)
        clock.advance(1)
        await asyncio.wait_for(executor.all_began.wait(), 10)
        return executor

    executor = asyncio.run(go())
    assert waited[-2:] == [False, True]
    assert executor.cancelled == {}
    assert not [event for event in told if isinstance(event, events.Trouble)]


def test_what_the_disk_refuses_is_lost_and_does_not_begin(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    clock, told = FakeClock(NOON), list[events.Event]()

    def refuse(path: object) -> bool:
        raise OSError(5, "Input/output error")

    def refuse_a_commit(store: Store, key: str, value: object) -> None:
        raise StateError("the state file s: disk I/O error")

    monkeypatch.setattr(flushing, "flush", refuse)
    monkeypatch.setattr(Store, "put_note", refuse_a_commit)

    async def go() -> Starter:
        executor = Starter(clock)
        claim_ahead(ticker_of(store, executor, clock, told.append), clock)
        clock.advance(1)
        await asyncio.wait_for(executor.all_began.wait(), 10)
        return executor

    executor = asyncio.run(go())
    assert len(executor.cancelled) == RUNS
    why = "its claim could not be brought to the disk: the state file s: disk I/O error"
    assert set(executor.cancelled.values()) == {(why, Outcome.LOST)}
    [trouble] = [event for event in told if isinstance(event, events.Trouble)]
    assert "the disk failed: the state file s: disk I/O error" in trouble.what


@pytest.mark.parametrize("has_closed", [False, True])
def test_nobody_is_told_of_the_start_of_a_run_that_ended_before_it(store: Store, has_closed: bool) -> None:
    clock, told = FakeClock(NOON), list[events.Event]()

    async def go() -> None:
        executor = Starter(clock)
        executor.has_closed = has_closed
        claim_ahead(ticker_of(store, executor, clock, told.append), clock)
        clock.advance(1)
        await asyncio.wait_for(executor.all_began.wait(), 10)

    asyncio.run(go())
    assert len([event for event in told if isinstance(event, events.RunStarted)]) == (0 if has_closed else RUNS)
