"""What is counted since the site began: in the transaction of what happened, and never less."""

from __future__ import annotations

import math
import sqlite3
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest
from entries import asked_start, at, done, ran, skip, slot_start

from linodctl.domain import Outcome, Result, SkipReason, Trigger
from linodctl.errors import StateError
from linodctl.store import migrations, open_reader, open_store
from linodctl.store.rows import Late, Ran
from linodctl.store.store import Store
from linodctl.store.totals import WITHIN

FAILED = Result(Outcome.FAILED)


def test_runs_are_counted_by_task_and_outcome_with_the_time_they_took(store: Store) -> None:
    ran(store, "a", 0, seconds=1.5)
    ran(store, "a", 10, seconds=2)
    ran(store, "a", 20, FAILED, seconds=7)
    done(store, asked_start("b", 0), seconds=-3)
    with store.transaction() as ledger:
        open_run = ledger.start(slot_start("c", 0), host="here")
    assert store.mark_lost([open_run], at(60), "it was killed") == 1
    assert store.mark_lost([open_run], at(90), "it was killed") == 0
    assert store.totals().runs == {
        ("a", Outcome.SUCCEEDED): Ran(2, 3.5),
        ("a", Outcome.FAILED): Ran(1, 7),
        ("b", Outcome.SUCCEEDED): Ran(1, 0),
        ("c", Outcome.LOST): Ran(1, 60),
    }


def test_slots_are_counted_however_their_streaks_grow(store: Store) -> None:
    with store.transaction() as ledger:
        ledger.skip(skip("a", 0))
        ledger.skip(skip("a", 10, 30, count=3))
        ledger.skip(skip("a", 40, reason=SkipReason.LIMIT))
    assert len(store.skips_between("a", at(-1), at(99))) == 2, "the first two are one streak"
    assert store.totals().skips == {("a", SkipReason.OVERLAP): 4, ("a", SkipReason.LIMIT): 1}


def test_first_starts_of_slots_are_counted_by_how_late_they_were(store: Store) -> None:
    ran(store, "a", 0)
    ran(store, "a", 10, at=at(10.1))
    ran(store, "a", 20, at=at(27), trigger=Trigger.CATCH_UP)
    ran(store, "a", 20, at=at(500), attempt=2, trigger=Trigger.RETRY)
    ran(store, "a", 30, at=at(9999))
    done(store, asked_start("a", 40))
    late = {late.within: late for late in store.totals().late}
    assert tuple(late) == WITHIN
    assert late[0.01] == Late(0.01, 1, 0)
    assert late[0.1] == Late(0.1, 1, pytest.approx(0.1))
    assert late[10] == Late(10, 1, pytest.approx(7))
    assert late[math.inf].starts == 1
    assert sum(bound.starts for bound in late.values()) == 4


def test_what_is_rolled_back_was_not_counted(store: Store) -> None:
    with pytest.raises(ZeroDivisionError), store.transaction() as ledger:
        ledger.end(ledger.start(slot_start("a", 0), host="here"), FAILED, at(1))
        raise ZeroDivisionError
    assert not store.totals().runs and not any(late.starts for late in store.totals().late)


def test_totals_outlive_the_history(store: Store) -> None:
    for slot in range(5):
        ran(store, "a", slot)
    with store.transaction() as ledger:
        ledger.skip(skip("a", 100))
    before = store.totals()
    store.prune(0, timedelta(0), at(10**6))
    store.reset(["a"], at(10**6), "ann")
    assert store.history() == []
    assert store.totals() == before


def test_an_older_file_begins_with_what_its_history_holds(state: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(migrations, "STEPS", migrations.STEPS[:2])
        with open_store(state) as store:
            ran(store, "a", 0, seconds=2)
            ran(store, "a", 10, FAILED, seconds=3)
            with store.transaction() as ledger:
                ledger.skip(skip("a", 20, 40, count=3))
                ledger.start(slot_start("a", 50), host="here")
    with open_reader(state) as reader:
        seen = reader.totals()
    with open_store(state) as store:
        assert store.totals() == seen
        ran(store, "a", 60, seconds=4)
        assert store.totals().runs == {("a", Outcome.SUCCEEDED): Ran(2, 6), ("a", Outcome.FAILED): Ran(1, 3)}
        assert store.totals().skips == {("a", SkipReason.OVERLAP): 3}


def test_a_total_that_is_none_is_told(state: Path) -> None:
    with open_store(state) as store:
        ran(store, "a", 0)
    with closing(sqlite3.connect(state, isolation_level=None)) as connection:
        connection.execute("UPDATE run_totals SET runs = 'many'")
    with open_reader(state) as reader, pytest.raises(StateError, match="in its table 'run_totals' the row 'a'"):
        reader.totals()
