"""Questions about one moment: right at every edge, and never answered by reading a table through."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from entries import NOON, at, skip, slot_start

from linodctl.domain import Outcome, Result, SkipReason
from linodctl.store.moments import Moments, Span
from linodctl.store.store import Store

Question = Callable[[Moments], object]


@pytest.fixture
def past(store: Store) -> Store:
    """Runs of task a at 0, 10, 60 and 70 s, each 5 s long but the last, which goes on; skips from 20 to 50."""
    with store.transaction() as ledger:
        for second in (0, 10, 60, 70):
            run_id = ledger.start(slot_start("a", second), host="here")
            if second < 70:
                outcome = Outcome.FAILED if second == 10 else Outcome.SUCCEEDED
                ledger.end(run_id, Result(outcome), at(second + 5))
            if second == 10:
                for missed in (20, 30, 40, 50):
                    ledger.skip(skip("a", missed, reason=SkipReason.DISABLED))
    store.disable(["a"], "maintenance", at(80), None, "ann")
    return store


@pytest.mark.parametrize(
    ("second", "before", "after"), [(-1, None, 0), (0, 0, 10), (9, 0, 10), (45, 10, 60), (70, 70, None)]
)
def test_the_slots_with_a_run_beside_a_moment(past: Store, second: float, before: float, after: float) -> None:
    found = past.moments.run_slots("a", at(second))
    assert found == Span(_instant(before), _instant(after))


@pytest.mark.parametrize(("second", "found"), [(19, False), (20, True), (35, True), (50, True), (99, True)])
def test_the_streak_at_or_before_a_moment(past: Store, second: float, found: bool) -> None:
    streak = past.moments.streak_before("a", at(second))
    assert (streak is not None) == found
    if streak is not None:
        assert (streak.slot, streak.last_slot, streak.count) == (at(20), at(50), 4)


@pytest.mark.parametrize(("second", "found"), [(19, True), (49, True), (50, False)])
def test_the_streak_after_a_moment(past: Store, second: float, found: bool) -> None:
    assert (past.moments.streak_after("a", at(second)) is not None) == found


@pytest.mark.parametrize(("second", "ids"), [(0, [1]), (4, [1]), (5, []), (62, [3]), (65, []), (99, [4])])
def test_the_runs_that_go_on_at_a_moment(past: Store, second: float, ids: list[int]) -> None:
    assert [run.run_id for run in past.moments.going_on(at(second), "a")] == ids
    assert [run.run_id for run in past.moments.going_on(at(second))] == ids
    assert past.moments.going_on(at(second), "b") == []


def test_what_disabled_it(past: Store) -> None:
    moments = past.moments
    assert moments.failed_before("a", at(14)) is None
    failed = moments.failed_before("a", at(15))
    assert failed is not None and failed.run_id == 2
    assert moments.switched("a", at(79)) is None
    edit = moments.switched("a", at(80))
    assert edit is not None and (edit.who, edit.action) == ("ann", "disable")


def test_where_the_record_begins(past: Store) -> None:
    assert past.moments.oldest("a") == at(0)
    assert past.moments.oldest("b") is None


def test_the_runners_beside_a_moment(store: Store) -> None:
    first = store.runner_started(site="s", version="1", at=at(0))
    store.runner_stopped(first, at(10))
    store.runner_started(site="s", version="1", at=at(20))
    before, after = store.moments.runners(at(15))
    assert before is not None and after is not None
    assert (before.stopped, after.started) == (at(10), at(20))
    assert store.moments.runners(at(-1))[0] is None
    assert store.moments.runners(at(25))[1] is None


QUESTIONS: dict[str, Question] = {
    "run slots": lambda moments: moments.run_slots("a", NOON),
    "streak before": lambda moments: moments.streak_before("a", NOON),
    "streak after": lambda moments: moments.streak_after("a", NOON),
    "attempts": lambda moments: moments.attempts("a", NOON),
    "oldest": lambda moments: moments.oldest("a"),
    "going on": lambda moments: moments.going_on(NOON, "a"),
    "going on anywhere": lambda moments: moments.going_on(NOON),
    "failed before": lambda moments: moments.failed_before("a", NOON),
    "switched": lambda moments: moments.switched("a", NOON),
}


@pytest.mark.parametrize("name", QUESTIONS)
def test_no_table_is_read_through(past: Store, name: str) -> None:
    statements: list[str] = []
    past._connection.set_trace_callback(statements.append)
    QUESTIONS[name](past.moments)
    past._connection.set_trace_callback(None)
    plans = [row[3] for text in statements for row in past._connection.execute(f"EXPLAIN QUERY PLAN {text}")]
    assert plans
    for step in plans:
        assert not step.startswith("SCAN") or "runs_open" in step or "(subquery" in step, step


def _instant(second: float | None) -> datetime | None:
    return None if second is None else NOON + timedelta(seconds=second)
