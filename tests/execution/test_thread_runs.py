"""`isolation: thread`: the same outcomes, each thread's words kept apart, and what a thread can't do."""

from __future__ import annotations

import asyncio
import logging
import sys
import threading
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from execution_bench import Bench

from linodctl.domain import Isolation, LogLevel, Outcome, Result

THREAD = Isolation.THREAD


@pytest.fixture
def bench(make_bench: Callable[..., Bench]) -> Bench:
    """One for each test: pytest itself puts a new `sys.stdout` in place for each."""
    return make_bench()


@pytest.mark.parametrize(
    ("func", "args", "outcome", "reason"),
    [
        ("answer", {}, Outcome.SUCCEEDED, None),
        ("warn", {}, Outcome.WARNED, "half of it was missing"),
        ("skip", {}, Outcome.SKIPPED, "procedure: no new files"),
        ("retry", {}, Outcome.FAILED, "Retry: the server is busy"),
        ("fail", {}, Outcome.FAILED, "RuntimeError: it broke"),
        ("leave", {"code": 3}, Outcome.FAILED, "exited with code 3"),
        ("interrupt", {}, Outcome.CANCELLED, "interrupted"),
        ("in_a_loop", {}, Outcome.SUCCEEDED, None),
        ("xyzzy", {}, Outcome.FAILED, "'jobs.xyzzy': module 'jobs' has no attribute 'xyzzy'."),
    ],
)
def test_outcome(bench: Bench, func: str, args: dict[str, object], outcome: Outcome, reason: str | None) -> None:
    result = bench.run(func, args=args, isolation=THREAD)
    assert (result.outcome, result.reason) == (outcome, reason)
    assert (result.cpu_seconds or 0) > 0


def test_memory_and_progress(bench: Bench) -> None:
    before = {"n": 1}
    result = bench.run("remember", args={"value": "x"}, order={"memory": before}, isolation=THREAD)
    assert result.memory == {"n": 2, "value": "x"}
    assert before == {"n": 1}


def test_a_log_record_of_an_impossible_time_does_not_keep_a_run_from_ending(bench: Bench) -> None:
    assert bench.run("log_beyond_the_calendar", isolation=THREAD).outcome is Outcome.SUCCEEDED


def test_memory_that_can_not_be_written_down_is_the_runs_end_all_the_same(bench: Bench) -> None:
    result = bench.run("remember_too_long_a_number", isolation=THREAD)
    assert (result.outcome, (result.reason or "")[:27]) == (Outcome.FAILED, "ar.memory can't be saved: V")


@pytest.mark.filterwarnings("always")
def test_words_go_to_their_own_run(bench: Bench) -> None:
    runs = [bench.start("talk", isolation=THREAD, task=name) for name in ("left", "right")]
    for run_id, name in zip(runs, ("left", "right"), strict=True):
        bench.end(run_id)
        texts = bench.texts(run_id)
        assert texts[:4] == ["info 1", "printed", "warned", "to stderr"]
        assert "UserWarning: deprecated somehow" in texts[4]
        assert texts[5:] == ["error", "binary", "no newline"]
        assert {line.logger for line in bench.log(run_id)} == {name, "stdout", "stderr", "jobs", "py.warnings"}


def test_each_run_has_its_level_and_the_runner_keeps_its_own(bench: Bench) -> None:
    seen: list[str] = []
    handler = logging.Handler()
    handler.emit = lambda record: seen.append(record.getMessage())  # type: ignore[method-assign]
    logging.root.addHandler(handler)
    try:
        run_id = bench.start("log_levels", isolation=THREAD, log_level=LogLevel.DEBUG)
        bench.end(run_id)
    finally:
        logging.root.removeHandler(handler)
    assert bench.texts(run_id) == ["debug", "info", "warning"]


def test_everything_is_put_back(make_bench: Callable[..., Bench]) -> None:
    before = (sys.stdout, sys.stderr, logging.root.level, list(logging.root.handlers))
    bench = make_bench()
    bench.run("talk", isolation=THREAD)
    assert sys.stdout is not before[0]
    bench.close()
    assert (sys.stdout, sys.stderr, logging.root.level, list(logging.root.handlers)) == before


def test_a_polite_thread_is_cancelled(bench: Bench) -> None:
    run_id = bench.start("wait_politely", isolation=THREAD)
    bench.line(run_id, "waiting")
    bench.cancel(run_id)
    result = bench.end(run_id)
    assert (result.outcome, result.message) == (Outcome.CANCELLED, "True True")


def test_a_deaf_thread_says_that_it_can_not_be_killed(bench: Bench) -> None:
    run_id = bench.start("wait_for_file", isolation=THREAD, timeout=timedelta(seconds=0.05), args=flag(bench))
    bench.line(run_id, "asked to stop, it goes on: a thread can't be killed")
    assert run_id in bench.executor.running
    Path(flag(bench)["path"]).touch()
    result = bench.end(run_id)
    assert result.outcome is Outcome.TIMED_OUT
    assert (result.reason or "").startswith("ran longer than")
    assert "in wait_for_file" in (result.error or "") and "linodctl/execution" not in (result.error or "")


def test_closing_gives_a_deaf_thread_up(make_bench: Callable[..., Bench]) -> None:
    bench = make_bench()
    run_id = bench.start("wait_for_file", isolation=THREAD, args=flag(bench))
    bench.line(run_id, "deaf")
    bench.do(bench.executor.close("the runner stopped"))
    result: Result = bench.end(run_id)
    assert result.outcome is Outcome.CANCELLED
    assert result.reason == "the runner stopped; its thread could not be stopped"
    Path(flag(bench)["path"]).touch()


def test_setup_runs_once_for_threads_too(make_bench: Callable[..., Bench], tmp_path: Path) -> None:
    (tmp_path / "threadsetup.py").write_text(
        "count = 0\ndef start():\n    global count\n    count += 1\ndef get(): return count\n"
    )
    bench = make_bench(setup="threadsetup.start")
    assert bench.run("threadsetup.get", isolation=THREAD).message == "1"
    assert bench.run("threadsetup.get", isolation=THREAD).message == "1"


def flag(bench: Bench) -> dict[str, str]:
    return {"path": str(bench.site.folder / "flag")}


def test_a_thread_serves_again_and_keeps_no_context_of_the_run_before(bench: Bench) -> None:
    marks = [(bench.run("leave_a_mark", isolation=THREAD).message or "").split() for _ in range(3)]
    assert len({thread for thread, _ in marks}) == 1
    assert {found for _, found in marks} == {"nothing"}


def test_a_fault_of_ours_with_one_loses_no_news_of_another(bench: Bench) -> None:
    faults: list[str] = []

    async def post() -> None:
        loop, threads = bench.executor._loop, bench.executor._threads
        loop.set_exception_handler(lambda _, context: faults.append(str(context["exception"])))
        heard = threading.Event()
        threads.post(lambda: 1 / 0)
        threads.post(heard.set)
        while not heard.is_set():
            await asyncio.sleep(0)
        loop.set_exception_handler(None)

    bench.do(post())
    assert faults == ["division by zero"]
