"""How tasks went lately: kept in the transaction in which a run ends, the last one first, a few of each task."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest
from entries import at, ran, slot_start

from linodctl.domain import Lately, Outcome, Result
from linodctl.errors import StateError
from linodctl.store import migrations, open_reader, open_store
from linodctl.store.lately import KEPT
from linodctl.store.store import Store

FINE = Outcome.SUCCEEDED


def test_the_last_to_end_comes_first(store: Store) -> None:
    for slot, seconds in ((0, 1.5), (10, 2.25), (20, 3)):
        ran(store, "a", slot, seconds=seconds)
    for number, outcome in enumerate(Outcome):
        ran(store, "b", number, Result(outcome), seconds=number)
    with store.transaction() as ledger:
        ledger.start(slot_start("a", 50), host="here")
        ledger.start(slot_start("c", 0), host="here")
    assert store.lately(["a", "c", "never"]) == {"a": Lately((FINE, FINE, FINE), (3, 2.25, 1.5))}
    assert store.lately(["b"])["b"].outcomes == tuple(Outcome)[::-1]
    assert store.lately(map(str, range(1000))) == {}
    assert store.lately(["b", *map(str, range(1000))])["b"].seconds == (6, 5, 4, 3, 2, 1, 0)


def test_lengths_that_clocks_and_calendars_make(store: Store) -> None:
    ran(store, "a", 0, seconds=-4)
    ran(store, "a", 10, seconds=timedelta(days=115).total_seconds())
    ran(store, "a", 20, seconds=timedelta(days=999).total_seconds())
    assert store.lately(["a"])["a"].seconds == (9999999, 9936000, 0)


def test_a_few_are_kept_and_outlive_the_history(store: Store) -> None:
    for slot in range(KEPT + 3):
        ran(store, "a", slot, seconds=slot)
    before = store.lately(["a"])
    assert before["a"].seconds == tuple(range(KEPT + 2, 2, -1))
    store.prune(0, timedelta(0), at(10**6))
    store.reset(["a"], at(10**6), "ann")
    assert store.lately(["a"]) == before


def test_what_is_rolled_back_did_not_happen(store: Store) -> None:
    with pytest.raises(ZeroDivisionError), store.transaction() as ledger:
        ledger.end(ledger.start(slot_start("a", 0), host="here"), Result(FINE), at(1))
        raise ZeroDivisionError
    assert store.lately(["a"]) == {}


def test_an_older_file_is_read_as_its_history_tells(state: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(migrations, "STEPS", migrations.STEPS[:3])
        with open_store(state) as store:
            for slot in reversed(range(KEPT + 3)):
                ran(store, "a", slot, seconds=slot)
            ran(store, "b", 0, Result(Outcome.LOST))
            with store.transaction() as ledger:
                ledger.start(slot_start("c", 0), host="here")
                ledger.name_procedures([(name, "p") for name in "abcd"])
    with open_store(state) as store:
        assert store.lately(["b", "c", "d"]) == {"b": Lately((Outcome.LOST,), (1,))}
        assert store.lately(["a"])["a"].seconds == tuple(range(KEPT + 2, 2, -1))
        ran(store, "a", 100, seconds=99)
        assert store.lately(["a"])["a"].seconds == (99, *range(KEPT + 2, 3, -1))


@pytest.mark.parametrize("value", ["", "splendid", "70000001.000", "2", "2abc", 7, None])
def test_what_no_linodctl_wrote_is_told(state: Path, value: object) -> None:
    with open_store(state) as store:
        ran(store, "a", 0)
    with closing(sqlite3.connect(state, isolation_level=None)) as connection:
        if value is None:
            connection.execute("UPDATE lately SET runs = CAST(x'ff00' AS BLOB)")
        else:
            connection.execute("UPDATE lately SET runs = ?", [value])
    with open_reader(state) as reader:
        if value == "":
            assert reader.lately(["a"]) == {"a": Lately((), ())}
        else:
            with pytest.raises(StateError, match="in its table 'lately' the row 'a'"):
                reader.lately(["a"])


def test_an_end_that_makes_no_sense_is_left_out(store: Store) -> None:
    ran(store, "a", 0)
    with store.transaction() as ledger:
        run_id = ledger.start(slot_start("a", 10), host="here")
    for change in ("outcome = 'splendid', end_time = start_time", "outcome = 'failed', end_time = 'soon'"):
        with store.transaction():
            store._connection.execute("UPDATE runs SET end_time = NULL WHERE run_id = ?", [run_id])
            store._connection.execute(f"UPDATE runs SET {change} WHERE run_id = ?", [run_id])
    assert store.lately(["a"]) == {"a": Lately((FINE,), (1,))}
