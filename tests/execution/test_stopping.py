"""Runs that are cancelled, time out, resist, or leave something behind."""

from __future__ import annotations

import signal
from collections.abc import Callable
from datetime import timedelta

import pytest
from execution_bench import Bench, gone

from linodctl.domain import Outcome
from linodctl.execution.keeper import Keeper


def test_a_polite_procedure_ends_by_itself(bench: Bench) -> None:
    run_id = bench.start("wait_politely")
    bench.line(run_id, "waiting")
    assert bench.cancel(run_id)
    result = bench.end(run_id)
    assert (result.outcome, result.reason, result.signal) == (Outcome.CANCELLED, "by a test", None)
    assert result.message == "True True"


def test_cancelled_can_be_polled(bench: Bench) -> None:
    run_id = bench.start("poll_politely")
    assert bench.line(run_id, "polling") == "False False"
    bench.cancel(run_id)
    assert bench.end(run_id).exit_code == 0


def test_the_first_wish_counts(bench: Bench) -> None:
    run_id = bench.start("wait_politely")
    bench.line(run_id, "waiting")
    assert bench.cancel(run_id, "first")
    assert not bench.cancel(run_id, "second", Outcome.TIMED_OUT)
    assert bench.end(run_id).reason == "first"
    assert not bench.cancel(run_id)


def test_cancelled_before_it_began(make_bench: Callable[..., Bench], monkeypatch: pytest.MonkeyPatch) -> None:
    bench = make_bench()

    async def at_once() -> None:
        monkeypatch.setattr(Keeper, "link", None)  # one has died, and the next one is being started
        bench.executor.cancel(bench.order("sleep"), "no")

    bench.do(at_once())
    result = bench.end(1)
    assert (result.outcome, result.reason) == (Outcome.CANCELLED, "no")
    assert len(bench.of(1)) == 1  # it was never started


@pytest.mark.parametrize(
    ("func", "sign", "number"),
    [
        ("sleep", "sleeping", signal.SIGTERM),
        ("ignore_term", "ignoring", signal.SIGKILL),
        ("stuck_in_c", "stuck", signal.SIGTERM),
    ],
)
def test_others_are_stopped_step_by_step(bench: Bench, func: str, sign: str, number: int) -> None:
    run_id = bench.start(func)
    bench.line(run_id, sign)
    bench.cancel(run_id)
    result = bench.end(run_id)
    assert (result.outcome, result.reason, result.signal) == (Outcome.CANCELLED, "by a test", number)


def test_a_handler_of_term_has_time_to_clean_up(bench: Bench) -> None:
    run_id = bench.start("clean_up_at_term", grace=timedelta(seconds=20))
    bench.line(run_id, "working")
    bench.cancel(run_id)
    assert bench.end(run_id).exit_code == 1
    assert bench.texts(run_id) == ["working", "cleaned up"]


def test_a_timeout_says_so_and_shows_where_the_run_hung(bench: Bench) -> None:
    run_id = bench.start("stuck_in_c", timeout=timedelta(seconds=0.3))
    result = bench.end(run_id)
    assert result.outcome is Outcome.TIMED_OUT
    assert result.reason == "ran longer than its timeout of 0.3s"
    assert any("in stuck_in_c" in text for text in bench.texts(run_id))
    heading, thread, where = (result.error or "").splitlines()
    assert heading == "Where it was when its time was over:" and thread.startswith("Current thread 0x")
    assert where.endswith("in stuck_in_c") and "jobs.py" in where


def test_grandchildren_die_with_a_stopped_run(bench: Bench) -> None:
    run_id = bench.start("with_grandchild")
    pid = int(bench.line(run_id, "grandchild"))
    bench.line(run_id, "ready")
    with gone(pid) as is_gone:
        bench.cancel(run_id)
        assert bench.end(run_id).signal == signal.SIGTERM
        assert is_gone()


def test_grandchildren_die_with_a_run_that_ended(bench: Bench) -> None:
    run_id = bench.start("leave_grandchild")
    pid = int(bench.line(run_id, "grandchild"))
    assert bench.end(run_id).outcome is Outcome.SUCCEEDED
    with gone(pid) as is_gone:
        assert is_gone()


def test_a_grandchild_that_escaped_does_not_delay_the_end(bench: Bench) -> None:
    run_id = bench.start("leave_escaped_grandchild")
    pid = int(bench.line(run_id, "grandchild"))
    with gone(pid) as is_gone:
        assert bench.end(run_id).outcome is Outcome.SUCCEEDED
        signal.pidfd_send_signal(is_gone.pidfd, signal.SIGKILL)
        assert is_gone()


def test_closing_stops_what_runs(make_bench: Callable[..., Bench]) -> None:
    bench = make_bench()
    polite, deaf = bench.start("wait_politely"), bench.start("ignore_term")
    bench.line(polite, "waiting")
    bench.line(deaf, "ignoring")
    bench.do(bench.executor.close("the runner stopped"))
    assert (bench.end(polite).signal, bench.end(polite).reason) == (None, "the runner stopped")
    assert (bench.end(deaf).signal, bench.end(deaf).outcome) == (signal.SIGKILL, Outcome.CANCELLED)
    assert not bench.executor.running


def test_stopping_at_once(make_bench: Callable[..., Bench]) -> None:
    bench = make_bench(notice=timedelta(seconds=600))
    run_id = bench.start("sleep")
    bench.line(run_id, "sleeping")
    bench.do(bench.executor.close("stop", at_once=True))
    assert bench.end(run_id).signal == signal.SIGKILL
