"""`reuse: N`: one worker for several runs of a task, never for more, and never with old code."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from execution_bench import Bench, gone

from linodctl.domain import LogLevel, Outcome


def pids(bench: Bench, count: int, **options: object) -> list[int]:
    runs: list[int] = []
    for _ in range(count):
        runs.append(bench.start("nothing", **options))  # type: ignore[arg-type]
        assert bench.end(runs[-1]).outcome is Outcome.SUCCEEDED
    return [bench.started(run_id).pid for run_id in runs]


def test_a_worker_serves_n_runs_and_not_one_more(bench: Bench) -> None:
    used = pids(bench, 7, reuse=3, task="thrifty")
    assert len(set(used[0:3])) == 1
    assert len(set(used[3:6])) == 1
    assert len(set(used)) == 3


def test_workers_are_not_shared_between_tasks_or_launches(bench: Bench) -> None:
    [first] = pids(bench, 1, reuse=9, task="one")
    assert first not in pids(bench, 1, reuse=9, task="other")
    assert first not in pids(bench, 1, reuse=9, task="one", env={"A": "b"})
    assert first in pids(bench, 1, reuse=9, task="one")


def test_overlapping_runs_get_workers_of_their_own(bench: Bench) -> None:
    first = bench.start("wait_politely", reuse=9, task="both")
    second = bench.start("wait_politely", reuse=9, task="both")
    assert bench.started(first).pid != bench.started(second).pid
    for run_id in (first, second):
        bench.cancel(run_id)
        bench.end(run_id)


def test_each_run_has_its_own_level_and_log(bench: Bench) -> None:
    first = bench.start("talk", reuse=9, task="talker", log_level=LogLevel.CRITICAL)
    bench.end(first)
    second = bench.start("talk", reuse=9, task="talker", log_level=LogLevel.DEBUG)
    bench.end(second)
    assert bench.started(first).pid == bench.started(second).pid
    assert "info 1" not in bench.texts(first)
    assert bench.texts(second)[0] == "debug"
    assert bench.texts(second).count("printed") == 1


def test_usage_is_counted_per_run(bench: Bench) -> None:
    bench.run("burn", reuse=9, task="burner")
    result = bench.run("nothing", reuse=9, task="burner")
    assert (result.exit_code, result.signal) == (None, None)
    assert (result.cpu_seconds or 0) < 0.05


def test_a_worker_with_old_code_is_not_used_again(bench: Bench) -> None:
    module = Path(bench.site.folder) / "renewed.py"
    module.write_text("def version(): return 1\n")
    assert bench.run("renewed.version", reuse=9, task="renewed").message == "1"
    module.write_text("def version(): return 'two'\n")
    assert bench.run("renewed.version", reuse=9, task="renewed").message == "two"


def test_a_worker_that_died_idle_harms_nobody(bench: Bench) -> None:
    run_id = bench.start("nothing", reuse=9, task="mortal")
    bench.end(run_id)
    with gone(bench.started(run_id).pid) as is_gone:
        os.kill(bench.started(run_id).pid, signal.SIGKILL)
        assert is_gone()
    assert bench.run("answer", reuse=9, task="mortal").message == "42"


def test_a_worker_whose_run_was_stopped_is_not_used_again(bench: Bench) -> None:
    first = bench.start("wait_politely", reuse=9, task="stopped")
    bench.line(first, "waiting")
    bench.cancel(first)
    assert bench.end(first).outcome is Outcome.CANCELLED
    second = bench.start("nothing", reuse=9, task="stopped")
    bench.end(second)
    assert bench.started(first).pid != bench.started(second).pid


def test_a_worker_that_nobody_needs_for_a_while_is_let_go(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("linodctl.execution.pool.IDLE_FOR", 0.5)
    run_id = bench.start("nothing", reuse=9, task="lonely")
    bench.end(run_id)
    with gone(bench.started(run_id).pid) as is_gone:
        assert bench.do(asyncio.to_thread(is_gone))


def test_idle_workers_end_with_their_zygote(make_bench: Callable[..., Bench]) -> None:
    bench = make_bench()
    run_id = bench.start("nothing", reuse=9)
    bench.end(run_id)
    with gone(bench.started(run_id).pid) as worker_is_gone, gone(bench.zygote_pid()) as zygote_is_gone:
        bench.do(bench.executor.replace())
        bench.run("nothing", reuse=9)
        assert worker_is_gone()
        assert zygote_is_gone()


def again(bench: Bench, what: str) -> int:
    """A run of one and the same task that does one thing or another."""
    launch: dict[str, Any] = {"reuse": 9, "task": "again", "env": {"COLOR": "red"}}
    run_id = bench.start("oddities.one_of_several", order={"args": {"what": what}}, **launch)
    bench.end(run_id)
    return run_id


def test_a_further_run_finds_what_the_first_one_found(make_bench: Callable[..., Bench]) -> None:
    mask = os.umask(0o022)
    bench = make_bench()
    os.umask(mask)
    first, spoiling, second = again(bench, "look"), again(bench, "spoil"), again(bench, "look")
    fresh = f"None True red {bench.site.folder} 22 True set() []"
    assert bench.end(first).message == fresh
    assert bench.end(spoiling).outcome is Outcome.SUCCEEDED
    assert bench.end(second).message == fresh.replace("[]", "['kept']"), "modules stay, the rest is put back"
    assert len({bench.started(run_id).pid for run_id in (first, spoiling, second)}) == 1


@pytest.mark.parametrize(
    ("what", "outcome"),
    [("abort", Outcome.FAILED), ("be_killed", Outcome.LOST), ("leave_a_thread", Outcome.SUCCEEDED)],
)
def test_a_worker_that_crashed_or_has_a_thread_left_is_not_used_again(
    make_bench: Callable[..., Bench], what: str, outcome: Outcome
) -> None:
    bench = make_bench()
    before, during, after = again(bench, "look"), again(bench, what), again(bench, "look")
    assert [bench.end(run_id).outcome for run_id in (before, during, after)] == [
        Outcome.SUCCEEDED,
        outcome,
        Outcome.SUCCEEDED,
    ]
    assert bench.started(before).pid == bench.started(during).pid != bench.started(after).pid
