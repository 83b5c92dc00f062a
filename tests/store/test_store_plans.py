"""A million runs cost what a thousand do: no question reads a table through, and the work does not grow with it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from entries import FINE, NOON, at, line, skip, slot_start

from linodctl.domain import Outcome, Run, SkipReason
from linodctl.store import open_store
from linodctl.store.columns import text_of
from linodctl.store.store import Store

Question = Callable[[Store], object]

QUESTIONS: dict[str, Question] = {
    "history": lambda store: store.history(limit=5),
    "history of a task": lambda store: store.history(["a"], limit=5),
    "history of a task that ran long ago": lambda store: store.history(["z"], limit=5),
    "history of tasks": lambda store: store.history(["a", "b", "c"], limit=5),
    "history by outcome": lambda store: store.history(outcomes=["failed", "skipped"], limit=5),
    "history of a task by outcome": lambda store: store.history(["a"], ["failed", "lost"], limit=5),
    "history of what went well": lambda store: store.history(["a"], ["succeeded"], limit=5),
    "history of a time": lambda store: store.history(["a"], since=at(10), until=at(900), limit=5),
    "runs at a time": lambda store: store.runs_between("a", at(100), at(120)),
    "skips at a time": lambda store: store.skips("a", at(10**7)),
    "totals": lambda store: store.totals(),
    "an end": lambda store: _end(store),
    "what is running": lambda store: store.running(),
    "what runs of a task": lambda store: store.running("a"),
    "one run": lambda store: store.run(7),
    "a request's run": lambda store: store.run_for_request(7),
    "waiting requests": lambda store: store.requests(),
    "waiting requests of a task": lambda store: store.requests("a"),
    "a request": lambda store: store.request_row(7),
    "states": lambda store: store.states(["a", "b"]),
    "how tasks went lately": lambda store: store.lately(["a", "c", "z"]),
    "how all tasks went lately": lambda store: store.lately(map(str, range(1000))),
    "last lines": lambda store: store.logs(last=5),
    "last lines of a task": lambda store: store.logs(task="a", last=5),
    "last lines of a run": lambda store: store.logs(run_ids=[7], last=5),
    "last warnings": lambda store: store.logs(level=30, last=5),
    "last errors of a task": lambda store: store.logs(task="a", level=40, last=5),
    "last lines since a time": lambda store: store.logs(last=5, since=at(10**7)),
    "all lines since a time": lambda store: store.logs(since=_end_of(store)),
    "last warnings of a task since a time": lambda store: store.logs(task="z", level=30, last=5, since=_end_of(store)),
    "last lines that fit": lambda store: store.logs(last=5, fits=lambda text: not text),
    "new lines": lambda store: store.logs(after_id=10**9),
    "new lines of a task": lambda store: store.logs(task="a", after_id=10**9),
    "edits": lambda store: store.edits(after_id=10**9),
    "the runner": lambda store: store.runner(),
    "a note": lambda store: store.note("x"),
    "nothing to forget": lambda store: store.prune(None, timedelta(days=9999), NOON),
    "a skip": lambda store: _skip(store),
    "a claim": lambda store: _claim(store),
}
SORTS_A_FEW = {"runs at a time", "what is running", "waiting requests"}
"""Their rows are few by nature; the index that finds them has another order."""
READ_THROUGH = {
    "what is running": "runs_open",
    "waiting requests": "requests_waiting",
    "how all tasks went lately": "lately",
    "totals": "_totals",
}
"""Read through an index that holds nothing but the answer."""


def _end_of(store: Store) -> datetime:
    """A moment shortly before the latest runs."""
    return max(run.start_time for run in store.history(["a"], ["succeeded"], limit=5)) - timedelta(seconds=5)  # type: ignore[union-attr]  # no skips


def _skip(store: Store) -> None:
    with store.transaction() as ledger:
        ledger.skip(skip("a", 10**6))


def _claim(store: Store) -> None:
    with store.transaction() as ledger:
        run_id = ledger.start(slot_start("a", 10**6 + 0.5), host="here")
    store._connection.execute("DELETE FROM runs WHERE run_id = ?", [run_id])


def _end(store: Store) -> None:
    with store.transaction() as ledger:
        run_id = ledger.start(slot_start("a", 10**6 + 0.5), host="here")
        ledger.end(run_id, FINE, at(10**6 + 1))
    store._connection.execute("DELETE FROM runs WHERE run_id = ?", [run_id])


def filled(folder: Path, runs: int) -> Store:
    """So many runs: a few of task z at first, then of a, b and c in turns, with a line of log for each.

    What is unusual happened long ago, or to c, which fails all the time: whoever looks for it in the order of time
    has to look far.
    """
    store = open_store(folder / f"{runs}.db")
    row = "(task, procedure, trigger, scheduled_for, slot, attempt, log_level, start_time, end_time, outcome)"
    with store.transaction(durable=False) as ledger:
        store._connection.executemany(
            f"INSERT INTO runs {row} VALUES (?, 'p', 'schedule', ?, ?, 1, 'INFO', ?, ?, ?)",
            (
                (_name(n), *[text_of(NOON + timedelta(seconds=n))] * 4, "failed" if _fails(n) else "succeeded")
                for n in range(runs)
            ),
        )
        store._connection.execute(
            "INSERT INTO log_records (run_id, task, time, level, logger, text) SELECT run_id, task, start_time, "
            "CASE WHEN run_id < 150 THEN 30 + 10 * (run_id % 2) ELSE 20 END, '', '' FROM runs ORDER BY run_id"
        )
        store._connection.execute(
            "INSERT INTO requests (task, requested_at, requested_by, cancelled_at) SELECT task, start_time, '', "
            "start_time FROM runs WHERE run_id % 10 = 0"
        )
        store._connection.execute(
            "INSERT INTO edits (task, at, who, action) SELECT task, start_time, '', 'reset' FROM runs "
            "WHERE run_id % 10 = 0"
        )
        for number in range(0, 1000, 5):
            ledger.skip(skip("abc"[number % 3], number, reason=[SkipReason.LIMIT, SkipReason.OVERLAP][number % 2]))
        run_id = ledger.start(slot_start("a", -1), host="here")
        ledger.log(run_id, [line("last")])
    store.request("a", at(0), "ann")
    return store


def _name(number: int) -> str:
    return "z" if number < 30 else "abc"[number % 3]


def _fails(number: int) -> bool:
    return _name(number) == "c" or number < 100


@pytest.fixture(scope="module")
def few(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    with filled(tmp_path_factory.mktemp("few"), 6_000) as store:
        yield store


@pytest.fixture(scope="module")
def many(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    with filled(tmp_path_factory.mktemp("many"), 60_000) as store:
        yield store


def plans(store: Store, question: Question) -> list[str]:
    """How SQLite carries out every statement that answers the question."""
    statements: list[str] = []
    store._connection.set_trace_callback(statements.append)
    question(store)
    store._connection.set_trace_callback(None)
    explained = [text for text in statements if text.lstrip().startswith(("SELECT", "INSERT", "UPDATE"))]
    assert explained
    return [row[3] for text in explained for row in store._connection.execute(f"EXPLAIN QUERY PLAN {text}")]


@pytest.mark.parametrize("name", QUESTIONS)
def test_no_table_is_read_through_or_sorted(few: Store, name: str) -> None:
    for step in plans(few, QUESTIONS[name]):
        if step.startswith("SCAN") and not _in_order_of_an_index(step):
            assert READ_THROUGH.get(name, "no table") in step, step
        if "TEMP B-TREE" in step:
            assert name in SORTS_A_FEW, step


def _in_order_of_an_index(step: str) -> bool:
    """Newest-first over an index, or by id, ends at the limit; the test below sees to it that it does.

    `item` is what a column holds as JSON, a subquery has a limit of its own.
    """
    own = ("SCAN log_records", "SCAN runners", "SCAN (subquery-1)")
    return "USING INDEX" in step or step in own or "SCAN item" in step


def effort(store: Store, question: Question) -> int:
    """Steps of SQLite's virtual machine, in tens."""
    taken = 0

    def count() -> int:
        nonlocal taken
        taken += 1
        return 0

    question(store)  # once before, so that no statement is prepared below
    store._connection.set_progress_handler(count, 10)
    question(store)
    store._connection.set_progress_handler(None, 0)
    return taken


@pytest.mark.parametrize("name", QUESTIONS)
def test_ten_times_the_runs_are_no_more_work(few: Store, many: Store, name: str) -> None:
    assert effort(many, QUESTIONS[name]) <= effort(few, QUESTIONS[name]) + 10


def test_effort_would_show_a_growing_question(few: Store, many: Store) -> None:
    def reads_all(store: Store) -> object:
        return store._all("SELECT count(*) FROM runs WHERE message IS NULL")

    assert effort(many, reads_all) > 9 * effort(few, reads_all)


def test_the_questions_have_answers(few: Store) -> None:
    assert len(few.history(["a"], ["failed"], limit=5)) == 5
    assert len(few.logs(task="a", level=40, last=3)) == 3
    assert {run.outcome for run in few.history(limit=400) if isinstance(run, Run)} >= {Outcome.FAILED}
    assert len(few.running()) == len(few.requests()) == 1
