"""Every way in which a run in a process can end."""

from __future__ import annotations

import signal
from datetime import timedelta

import pytest
from execution_bench import Bench

from linodctl.domain import Outcome
from linodctl.execution.reports import Ended, Started


@pytest.mark.parametrize(
    ("func", "args", "outcome", "reason"),
    [
        ("nothing", {}, Outcome.SUCCEEDED, None),
        ("answer", {}, Outcome.SUCCEEDED, None),
        ("warn", {}, Outcome.WARNED, "half of it was missing"),
        ("skip", {}, Outcome.SKIPPED, "procedure: no new files"),
        ("retry", {}, Outcome.FAILED, "Retry: the server is busy"),
        ("fail", {}, Outcome.FAILED, "RuntimeError: it broke"),
        ("leave", {"code": None}, Outcome.SUCCEEDED, None),
        ("leave", {"code": 0}, Outcome.SUCCEEDED, None),
        ("leave", {"code": 3}, Outcome.FAILED, "exited with code 3"),
        ("leave", {"code": "no database"}, Outcome.FAILED, "no database"),
        ("interrupt", {}, Outcome.CANCELLED, "interrupted"),
        ("vanish", {"code": 0}, Outcome.FAILED, "the worker exited with code 0 before the procedure returned"),
        ("vanish", {"code": 7}, Outcome.FAILED, "the worker exited with code 7 before the procedure returned"),
        ("segfault", {}, Outcome.FAILED, "the worker was killed by SIGSEGV"),
        ("kill_myself", {"number": int(signal.SIGTERM)}, Outcome.LOST, "the worker was killed by SIGTERM"),
        ("generate", {}, Outcome.FAILED, "'jobs.generate' has a 'yield'"),
        ("too_deep", {}, Outcome.FAILED, "RecursionError: maximum recursion depth exceeded"),
        ("in_a_loop", {}, Outcome.SUCCEEDED, None),
        ("fail_in_a_loop", {}, Outcome.FAILED, "RuntimeError: async and broken"),
    ],
)
def test_outcome(bench: Bench, func: str, args: dict[str, object], outcome: Outcome, reason: str | None) -> None:
    result = bench.run(func, args=args)
    assert result.outcome is outcome, result
    assert (result.reason or "").startswith(reason or "")
    assert (result.reason is None) == (reason is None)


def test_killed_from_outside_is_lost_and_hints_at_memory(bench: Bench) -> None:
    result = bench.run("kill_myself", args={"number": int(signal.SIGKILL)})
    assert result.outcome is Outcome.LOST
    assert result.signal == signal.SIGKILL
    assert "ran out of memory" in (result.reason or "")


def test_exit_codes_and_usage_are_recorded(bench: Bench) -> None:
    assert bench.run("leave", args={"code": 3}).exit_code == 3
    assert bench.run("vanish", args={"code": 7}).exit_code == 7
    assert bench.run("segfault").signal == signal.SIGSEGV
    result = bench.run("nothing")
    assert (result.exit_code, result.signal) == (0, None)
    assert 0 < (result.cpu_seconds or 0) < 5
    assert (result.max_rss or 0) > 1_000_000


def test_what_is_returned_is_one_line(bench: Bench) -> None:
    assert bench.run("answer").message == "42"
    assert bench.run("in_a_loop").message == "async"
    message = bench.run("long_answer").message or ""
    assert message.startswith("first line second line xxx")
    assert len(message) == 1000
    assert bench.run("nothing").message is None


def test_retry_says_when(bench: Bench) -> None:
    assert bench.run("retry").retry_after == timedelta(seconds=90)
    assert bench.run("fail").retry_after is None


def test_a_traceback_begins_in_the_procedure_and_keeps_its_cause(bench: Bench) -> None:
    error = bench.run("fail").error or ""
    assert "KeyError: 'key'" in error
    assert "The above exception was the direct cause" in error
    assert error.endswith("RuntimeError: it broke")
    assert "linodctl/execution" not in error
    error = bench.run("fail_in_a_loop").error or ""
    assert "jobs.py" in error
    assert "asyncio" not in error
    assert "linodctl/execution" not in error


def test_reports_come_in_order(bench: Bench) -> None:
    run_id = bench.start("print_many", args={"count": 100})
    bench.end(run_id)
    reports = bench.of(run_id)
    assert isinstance(reports[0], Started)
    assert isinstance(reports[-1], Ended)
    assert bench.texts(run_id) == [f"line {i}" for i in range(100)]


def test_a_forked_copy_that_returns_says_nothing(bench: Bench) -> None:
    run_id = bench.start("fork_and_return")
    assert bench.end(run_id).message == str(bench.started(run_id).pid)


def test_the_pid_is_the_worker_s_and_its_start_time_is_known(bench: Bench) -> None:
    run_id = bench.start("session")
    pid = bench.started(run_id).pid
    assert bench.end(run_id).message == f"{pid} {pid} {pid} ['linodctl-worker']"
    assert bench.started(run_id).pid_started.isdigit()


def test_dispositions_of_signals_are_those_of_a_fresh_interpreter(bench: Bench) -> None:
    assert bench.run("signals").message == "<built-in function default_int_handler> 0 0 0 1"


def test_a_worker_imports_nothing_it_does_not_use(bench: Bench) -> None:
    imported = (bench.run("what_is_imported").message or "").split()
    assert "linodctl.execution.worker" in imported
    assert not {
        name for name in imported if name.split(".")[1:2] in (["domain"], ["recurrence"], ["config"], ["store"])
    }


def test_retry_without_a_time_leaves_the_pause_to_the_task(bench: Bench) -> None:
    result = bench.run("retry_plainly")
    assert (result.outcome, result.retry_wanted, result.retry_after) == (Outcome.FAILED, True, None)


def test_a_level_beyond_all_levels_is_kept_within_them(bench: Bench) -> None:
    run_id = bench.start("log_absurdly")
    assert bench.end(run_id).outcome is Outcome.SUCCEEDED
    assert [(line.level, line.text) for line in bench.log(run_id)] == [(100, "far too much")]
