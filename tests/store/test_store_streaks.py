"""Skips as streaks: what makes one row longer, and what begins another."""

from __future__ import annotations

import pytest
from entries import asked_start, at, done, ran, skip

from linodctl.domain import SkipReason, SkipRow
from linodctl.planning.decisions import Skip
from linodctl.store.store import Store


def streaks(store: Store, *skips: Skip) -> list[tuple[str, float, float, int]]:
    """The rows after recording `skips`: reason, first and last slot as seconds after noon, count; oldest first."""
    with store.transaction() as ledger:
        for one in skips:
            ledger.skip(one)
    rows = [row for row in store.history(outcomes=["skipped"]) if isinstance(row, SkipRow)]
    return [
        (row.reason.value, (row.slot - at(0)).total_seconds(), (row.last_slot - at(0)).total_seconds(), row.count)
        for row in reversed(rows)
    ]


def test_a_streak_is_one_row(store: Store) -> None:
    assert streaks(store, skip("a", 0), skip("a", 10), skip("a", 20, 50, count=4)) == [("overlap", 0, 50, 6)]


def test_the_detail_is_the_latest(store: Store) -> None:
    streaks(store, skip("a", 0, detail="run 1 was going on"), skip("a", 10, detail="run 1 was still going on\x00"))
    assert [row.detail for row in store.skips("a", at(0))] == ["run 1 was still going on\ufffd"]


def test_another_reason_begins_another(store: Store) -> None:
    disabled = SkipReason.DISABLED
    rows = streaks(store, skip("a", 0), skip("a", 10, reason=disabled), skip("a", 20))
    assert rows == [("overlap", 0, 0, 1), ("disabled", 10, 10, 1), ("overlap", 20, 20, 1)]


def test_a_run_in_between_begins_another(store: Store) -> None:
    streaks(store, skip("a", 0))
    ran(store, "a", 10)
    assert streaks(store, skip("a", 20), skip("a", 30)) == [("overlap", 0, 0, 1), ("overlap", 20, 30, 2)]


@pytest.mark.parametrize("slot", [0, 30])
def test_runs_around_a_streak_do_not_break_it(store: Store, slot: float) -> None:
    """Under catch-up the later slot's run is recorded in the same tick, before or after the skips."""
    ran(store, "a", slot)
    assert streaks(store, skip("a", 10), skip("a", 20)) == [("overlap", 10, 20, 2)]


def test_other_tasks_and_requests_do_not_break_it(store: Store) -> None:
    streaks(store, skip("a", 0))
    ran(store, "b", 10)
    done(store, asked_start("a", 10))
    rows = streaks(store, skip("b", 12), skip("a", 20))
    assert ("overlap", 0, 20, 2) in rows


@pytest.mark.parametrize(("first", "last"), [(-20, -10), (0, 0), (5, 5), (10, 20)])
def test_slots_that_are_not_later_begin_another(store: Store, first: float, last: float) -> None:
    rows = streaks(store, skip("a", 0, 10, count=2), skip("a", first, last))
    assert sorted(rows) == sorted([("overlap", 0, 10, 2), ("overlap", first, last, 1)])


def test_asking_for_a_moment_or_a_span(store: Store) -> None:
    streaks(store, skip("a", 0, 20, count=3), skip("a", 40, 60, count=3, reason=SkipReason.DISABLED), skip("b", 0, 90))
    assert [row.slot for row in store.skips("a", at(20))] == [at(0)]
    assert store.skips("a", at(30)) == []
    assert [row.slot for row in store.skips("a", at(50))] == [at(40)]
    assert [row.slot for row in store.skips_between("a", at(10), at(40))] == [at(0), at(40)]
    assert [row.slot for row in store.skips_between("a", at(20), at(39))] == []
