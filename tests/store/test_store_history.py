"""Runs and skips as one list: every filter, in the right order, cut at the limit."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from entries import asked_start, at, done, ran, skip, slot_start
from examples import examples
from hypothesis import HealthCheck, given
from hypothesis import strategies as st

from linodctl.domain import Outcome, Result, Run, SkipReason, SkipRow
from linodctl.store import open_store
from linodctl.store.store import Store


def seconds(row: Run | SkipRow) -> float:
    return ((row.start_time if isinstance(row, Run) else row.last_slot) - at(0)).total_seconds()


def outcome(row: Run | SkipRow) -> str:
    return "skipped" if isinstance(row, SkipRow) else str(row.outcome)


@pytest.fixture(scope="module")
def past(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    """Three tasks with runs of all outcomes, skips of changing reasons and a run that goes on."""
    outcomes = list(Outcome)
    reasons = [SkipReason.OVERLAP, SkipReason.LIMIT]
    with open_store(Path(tmp_path_factory.mktemp("past")) / "linodctl.db") as store:
        for number in range(60):
            name = "abc"[number % 3]
            if number % 4 == 3:
                with store.transaction(durable=False) as ledger:
                    ledger.skip(skip(name, number, number + 0.5, count=2, reason=reasons[number % 2]))
                    ledger.skip(skip(name, number + 0.7, reason=reasons[(number + 1) % 2]))
            else:
                ran(store, name, number, Result(outcomes[number % len(outcomes)]))
        with store.transaction() as ledger:
            ledger.start(slot_start("a", 61), host="here")
        yield store


names = st.none() | st.lists(st.sampled_from(["a", "b", "c", "unknown"]))
words = st.none() | st.lists(st.sampled_from([*Outcome]))
instants = st.none() | st.integers(-5, 65)


@examples(150, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(names, words, instants, instants, st.none() | st.integers(0, 70))
def test_every_filter_means_what_it_says(
    past: Store,
    names: list[str] | None,
    words: list[Outcome] | None,
    since: int | None,
    until: int | None,
    limit: int | None,
) -> None:
    expected = [
        row
        for row in past.history()
        if (names is None or row.task in names)
        and (words is None or outcome(row) in words)
        and (since is None or seconds(row) >= since)
        and (until is None or seconds(row) < until)
    ]
    found = past.history(
        names, words, None if since is None else at(since), None if until is None else at(until), limit
    )
    assert found == expected[:limit]


def test_newest_first(past: Store) -> None:
    places = [seconds(row) for row in past.history()]
    assert len(places) == 60 - 15 + 30 + 1
    assert places == sorted(places, reverse=True)


def test_a_run_that_goes_on_is_in_unless_outcomes_are_asked_for(past: Store) -> None:
    newest = past.history(limit=1)[0]
    assert isinstance(newest, Run)
    assert newest.outcome is None
    assert newest not in past.history(outcomes=list(Outcome))


def test_skipped_means_skips_and_runs_that_raised_it(past: Store) -> None:
    found = past.history(outcomes=["skipped"])
    assert {type(row) for row in found} == {Run, SkipRow}
    assert {row.outcome for row in found if isinstance(row, Run)} == {Outcome.SKIPPED}


def test_runs_of_a_span_by_slot_or_by_start(store: Store) -> None:
    in_time = ran(store, "a", 10)
    late = ran(store, "a", 20, at=at(100))
    ran(store, "b", 10)
    requested = done(store, asked_start("a", 15))
    with_id = [run.run_id for run in store.runs_between("a", at(9), at(20))]
    assert with_id == [in_time, requested, late]
    assert [run.run_id for run in store.runs_between("a", at(99), at(100))] == [late]
    assert store.runs_between("a", at(10), at(14)) == []


def test_several_questions_about_one_moment(store: Store, state: Path) -> None:
    with open_store(state) as other:
        with store.snapshot():
            assert store.history() == []
            ran(other, "a", 0)
            assert store.running() == store.history() == []
        assert len(store.history()) == 1
