"""Captured log: by run, by task, by level, from an id on, the last few."""

from __future__ import annotations

import re

import pytest
from entries import FINE, at, line, slot_start

from linodctl.store.store import Store


@pytest.fixture
def runs(store: Store) -> list[int]:
    """Two runs of `a` and one of `b`, whose lines come in turns; every third is a warning, every ninth an error."""
    with store.transaction() as ledger:
        run_ids = [ledger.start(slot_start(name, slot), host="here") for name, slot in (("a", 0), ("a", 10), ("b", 0))]
        for number in range(18):
            level = 40 if number % 9 == 8 else 30 if number % 3 == 2 else 20
            ledger.log(run_ids[number // 2 % 3], [line(str(number), level)])
    return run_ids


def texts(store: Store, **question: object) -> list[int]:
    return [int(row.text) for row in store.logs(**question)]  # type: ignore[arg-type]  # the keywords of `logs`


def test_all(store: Store, runs: list[int]) -> None:
    assert texts(store) == list(range(18))


def test_of_runs(store: Store, runs: list[int]) -> None:
    assert texts(store, run_ids=[runs[0]]) == [0, 1, 6, 7, 12, 13]
    assert texts(store, run_ids=runs[:2]) == [0, 1, 2, 3, 6, 7, 8, 9, 12, 13, 14, 15]
    assert texts(store, run_ids=[]) == []


def test_of_a_task(store: Store, runs: list[int]) -> None:
    assert texts(store, task="b") == [4, 5, 10, 11, 16, 17]
    assert {row.task for row in store.logs(task="b")} == {"b"}


def test_of_a_level(store: Store, runs: list[int]) -> None:
    assert texts(store, level=20) == list(range(18))
    assert texts(store, level=30) == [2, 5, 8, 11, 14, 17]
    assert texts(store, level=40) == [8, 17]
    assert texts(store, task="b", level=30) == [5, 11, 17]
    assert texts(store, run_ids=[runs[1]], level=30) == [2, 8, 14]


def test_the_last_ones_in_their_order(store: Store, runs: list[int]) -> None:
    assert texts(store, last=3) == [15, 16, 17]
    assert texts(store, task="b", last=2) == [16, 17]
    assert texts(store, level=30, last=2) == [14, 17]
    assert texts(store, last=0) == []


def test_what_came_since(store: Store, runs: list[int]) -> None:
    known = store.logs(task="a", last=4)[0].id
    assert texts(store, task="a", after_id=known) == [13, 14, 15]
    assert texts(store, after_id=10**9) == []


def test_of_a_time(store: Store) -> None:
    """Runs overlap, and one goes on for hours: its lines are found wherever they stand."""
    with store.transaction() as ledger:
        long = ledger.start(slot_start("long", 0), host="here")
        ledger.log(long, [line("0")])
    for number in range(1, 8):
        with store.transaction() as ledger:
            run_id = ledger.start(slot_start("short", number * 3600), host="here")
            ledger.log(run_id, [line(str(number * 10), seconds=number * 3600)])
            ledger.log(long, [line(str(number), seconds=number * 3600 + 1)])
            ledger.end(run_id, FINE, at(number * 3600 + 2))
    assert texts(store, since=at(6 * 3600)) == [60, 6, 70, 7]
    assert texts(store, since=at(6 * 3600 + 1)) == [6, 70, 7]
    assert texts(store, since=at(6 * 3600), task="long") == [6, 7]
    assert texts(store, since=at(3 * 3600), last=3) == [6, 70, 7]
    assert texts(store, since=at(10**6)) == []
    assert store._id_before(at(6 * 3600)) > 0  # it has not read everything for that


def test_of_a_text(store: Store, runs: list[int]) -> None:
    assert texts(store, fits=lambda text: "7" in text) == [7, 17]
    assert texts(store, fits=lambda text: "7" in text, last=1) == [17]
    assert texts(store, fits=re.compile("^1[01]$").search, level=30) == [11]
