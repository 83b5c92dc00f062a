"""Runs that are ready and may not begin yet: whatever happens meanwhile, none of them runs before it is let go."""

from __future__ import annotations

import asyncio
import itertools
import os
import signal
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from execution_bench import SLOT, Bench

from linodctl.domain import Isolation, Launch, Outcome, Result
from linodctl.execution.executor import Go, SetupFailed
from linodctl.execution.orders import Order
from linodctl.execution.process_run import ProcessRun
from linodctl.execution.reports import Ended

RUN_IDS = itertools.count(4711)
KINDS: dict[str, dict[str, Any]] = {"fresh": {}, "reused": {"reuse": 9}, "thread": {"isolation": Isolation.THREAD}}


class Held:
    """A run that would leave a file, prepared."""

    def __init__(self, bench: Bench, trace: Path, prepared: Callable[[Order], Go] | None = None, **launch: Any) -> None:
        """`prepared` is what prepares it from within the loop."""
        self.bench, self.trace, self.run_id = bench, trace, next(RUN_IDS)
        order = Order(self.run_id, "held", Launch("jobs.touch", **launch), SLOT, args={"path": str(trace)})
        self.go: Go = prepared(order) if prepared else self.call(lambda: bench.executor.prepare(order))

    def call(self, do: Callable[[], Any]) -> Any:
        async def now() -> Any:
            return do()

        return self.bench.do(now())

    @property
    def has_ended(self) -> bool:
        return any(isinstance(report, Ended) for report in self.bench.of(self.run_id))

    def let_go(self) -> Result:
        assert not self.has_ended
        assert not self.trace.exists()
        self.call(self.go)
        return self.bench.end(self.run_id)


@pytest.fixture(params=KINDS)
def held(request: pytest.FixtureRequest, bench: Bench, tmp_path: Path) -> Held:
    return Held(bench, tmp_path / "trace", **KINDS[request.param])


def test_it_begins_when_it_is_let_go(held: Held) -> None:
    held.bench.run("answer")
    assert held.let_go().outcome is Outcome.SUCCEEDED
    assert held.trace.exists()


def test_asked_to_stop_it_ends_where_it_would_begin(held: Held) -> None:
    assert held.bench.cancel(held.run_id, "changed my mind")
    held.bench.run("answer")
    result = held.let_go()
    assert (result.outcome, result.reason) == (Outcome.CANCELLED, "changed my mind")
    assert not held.trace.exists()
    assert held.bench.executor.running == frozenset()


def test_an_executor_that_closes_does_not_wait_for_its_time(make_bench: Callable[..., Bench], tmp_path: Path) -> None:
    bench = make_bench()
    several = [Held(bench, tmp_path / kind, **launch) for kind, launch in KINDS.items()]

    async def close() -> None:
        closing = asyncio.ensure_future(bench.executor.close("no more", at_once=True))
        await asyncio.sleep(0)
        several.append(Held(bench, tmp_path / "too late", prepared=bench.executor.prepare))
        await closing
        for one in several:
            assert not one.go()

    bench.do(close())
    for one in several:
        result = bench.end(one.run_id)
        assert (result.outcome, result.reason) == (Outcome.CANCELLED, "no more")
        assert not one.trace.exists()


def test_a_worker_that_dies_meanwhile_is_replaced(bench: Bench, tmp_path: Path) -> None:
    Held(bench, tmp_path / "before", reuse=9).let_go()
    held = Held(bench, tmp_path / "trace", reuse=9)
    pid = _worker(held)
    assert pid is not None
    os.kill(pid, signal.SIGKILL)
    bench.do(_until(lambda: _worker(held) not in (None, pid)))
    assert held.let_go().outcome is Outcome.SUCCEEDED


async def _until(look: Callable[[], bool]) -> None:
    while not look():
        await asyncio.sleep(0.01)


def _worker(held: Held) -> int | None:
    run = held.bench.executor._runs.get(held.run_id)
    return run.worker.pid if isinstance(run, ProcessRun) else None


def test_a_zygote_that_dies_meanwhile(make_bench: Callable[..., Bench], tmp_path: Path) -> None:
    bench = make_bench()
    Held(bench, tmp_path / "before", reuse=9).let_go()
    reused, fresh = Held(bench, tmp_path / "reused", reuse=9), Held(bench, tmp_path / "fresh")
    pid = _worker(reused)
    os.kill(bench.zygote_pid(), signal.SIGKILL)
    bench.do(_until(lambda: _worker(reused) not in (None, pid)))
    result = fresh.let_go()
    assert (result.outcome, result.reason) == (Outcome.LOST, "the zygote was killed by SIGKILL")
    assert reused.let_go().outcome is Outcome.SUCCEEDED
    assert not fresh.trace.exists()


def test_asked_to_stop_while_there_is_no_zygote(make_bench: Callable[..., Bench], tmp_path: Path) -> None:
    bench = make_bench()
    os.kill(bench.zygote_pid(), signal.SIGKILL)
    bench.do(_until(lambda: bench.executor._keeper.link is None))
    held = Held(bench, tmp_path / "trace")
    assert bench.cancel(held.run_id, "changed my mind")
    bench.run("answer")
    result = held.let_go()
    assert (result.outcome, result.reason) == (Outcome.CANCELLED, "changed my mind")


def test_no_zygote_can_be_made_meanwhile(make_bench: Callable[..., Bench], tmp_path: Path) -> None:
    bench = make_bench()
    os.kill(bench.zygote_pid(), signal.SIGKILL)
    bench.do(_until(lambda: bench.executor._keeper.link is None))
    held = Held(bench, tmp_path / "trace")
    held.call(lambda: bench.executor._on_failure(SetupFailed("broken", "")))
    assert held.let_go().outcome is Outcome.LOST


def test_ordered_while_the_executor_closes(make_bench: Callable[..., Bench], tmp_path: Path) -> None:
    bench = make_bench()

    async def close() -> Held:
        closing = asyncio.ensure_future(bench.executor.close("no more"))
        await asyncio.sleep(0)
        held = Held.__new__(Held)
        held.run_id = next(RUN_IDS)
        launch = Launch("jobs.touch")
        go = bench.executor.prepare(Order(held.run_id, "held", launch, SLOT, args={"path": str(tmp_path / "trace")}))
        await asyncio.sleep(0)
        assert not bench.of(held.run_id)
        go()
        await closing
        return held

    result = bench.end(bench.do(close()).run_id)
    assert (result.outcome, result.reason) == (Outcome.CANCELLED, "no more")


def test_the_timeout_counts_from_when_it_is_let_go(held: Held) -> None:
    """However long the disk took."""
    held.bench.run("answer")
    assert not any(held.bench.executor._deadlines._due.values())
    assert held.let_go().outcome is Outcome.SUCCEEDED
