"""The books keep scheduler and state file in step: a tick is on record before anything is started, or not at all."""

from __future__ import annotations

import asyncio
import sqlite3
from contextlib import AbstractContextManager, closing
from datetime import UTC, datetime, timedelta

import pytest

from linodctl.domain import Launch, Outcome, Policy, Result, Retries, Task
from linodctl.errors import StateError
from linodctl.execution.reports import Ended, Started
from linodctl.planning import Scheduler
from linodctl.planning.owed import Absence
from linodctl.recurrence import parse_recurrence
from linodctl.runner.batch import HEARD
from linodctl.runner.books import Books
from linodctl.runner.inbox import Inbox
from linodctl.runner.wishes import Wishes
from linodctl.store import open_store
from linodctl.store.ledger import Ledger
from linodctl.store.store import Store
from linodctl.values import replace

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)


def make_task(name: str = "a", rule: str = "10 seconds", **policy: object) -> Task:
    recurrence = parse_recurrence({"every": rule}, name=name, zone="UTC")
    return Task(1, name, name, recurrence, replace(Policy(), **policy), Launch("jobs.job"))  # type: ignore[arg-type]


def make_books(
    store: Store, *tasks: Task, now: datetime = NOON, inbox: Inbox | None = None, absence: Absence | None = None
) -> Books:
    wishes = Wishes(store.note(HEARD) or 0)
    states = wishes.before(store.states(), store)
    scheduler = Scheduler(tasks, states, max_parallel=10, limits={}, now=now, absence=absence)
    return Books(store, scheduler, wishes, inbox or Inbox(), "host")


def after(seconds: float) -> datetime:
    return NOON + timedelta(seconds=seconds)


def test_a_claim_is_on_record_when_the_work_is_handed_out(store: Store) -> None:
    work = make_books(store, make_task()).tick(NOON)
    [(run_id, start)] = work.starts
    run = store.run(run_id)
    assert run is not None
    assert (run.slot, run.attempt, run.end_time) == (start.slot, 1, None)
    assert store.states()["a"].settled == NOON


def test_looking_ahead_claims_before_the_slot_comes(store: Store) -> None:
    books = make_books(store, make_task(rule="minute at :17"))
    books.tick(NOON)
    assert books.is_quiet(after(16.9))
    assert not books.is_quiet(after(17))
    work = books.tick(after(16.9), ahead=after(17))
    [(run_id, start)] = work.starts
    run = store.run(run_id)
    assert run is not None
    assert start.at == run.slot == run.start_time == store.states()["a"].settled == after(17)


def test_an_end_is_recorded_with_what_follows_from_it(store: Store) -> None:
    inbox = Inbox()
    books = make_books(store, make_task(retries=Retries(2, timedelta(seconds=5))), inbox=inbox)
    [(run_id, _)] = books.tick(NOON).starts
    inbox.take(Started(run_id, 4711, "99"))
    inbox.reports.append(Ended(run_id, Result(Outcome.FAILED, error="ValueError: no")))
    books.tick(after(1))
    run = store.run(run_id)
    assert run is not None
    assert (run.outcome, run.pid, run.end_time) == (Outcome.FAILED, 4711, after(1))
    [waiting] = store.states()["a"].pending
    assert (waiting.slot, waiting.attempt, waiting.due) == (NOON, 2, after(6))
    assert books.failed == 1


def test_an_end_is_recorded_as_of_when_it_was_heard(store: Store) -> None:
    inbox = Inbox()
    books = make_books(store, make_task(rule="minute"), inbox=inbox)
    [(run_id, _)] = books.tick(NOON).starts
    inbox.reports.append(Ended(run_id, Result(Outcome.SUCCEEDED), after(1)))
    books.tick(after(1.005))
    run = store.run(run_id)
    assert run is not None
    assert run.end_time == store.states()["a"].last_end_time == after(1)


def test_the_end_of_what_somebody_asked_for_is_awaited(store: Store) -> None:
    inbox = Inbox()
    books = make_books(store, make_task("a", "hour"), make_task("b", "never"), inbox=inbox)
    store.request("b", NOON, "somebody")
    runs = {start.task.name: run_id for run_id, start in books.tick(NOON).starts}
    assert not inbox.is_awaited(runs["a"])
    assert inbox.is_awaited(runs["b"])


def test_only_what_starts_waits_for_the_disk(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    waited: list[bool] = []
    transaction = Store.transaction

    def watched(store: Store, durable: bool = True) -> AbstractContextManager[Ledger]:
        waited.append(durable)
        return transaction(store, durable)

    inbox = Inbox()
    books = make_books(store, make_task(rule="minute"), inbox=inbox)
    books.tick(NOON - timedelta(seconds=1))
    monkeypatch.setattr(Store, "transaction", watched)
    work = books.tick(NOON)
    assert work.on_disk
    [(run_id, _)] = work.starts
    inbox.take(Started(run_id, 4711, "99"))
    assert not books.tick(after(1)).would_be_missed
    inbox.reports.append(Ended(run_id, Result(Outcome.SUCCEEDED)))
    assert books.tick(after(2)).would_be_missed
    assert books.tick(after(60)).on_disk
    assert waited == [True, False, False, True]


def test_claims_for_a_slot_that_is_to_come_leave_the_disk_to_the_caller(store: Store) -> None:
    books = make_books(store, make_task(rule="minute at :17"))
    books.tick(NOON)
    work = books.tick(after(16.9), ahead=after(17))
    assert len(work.starts) == 1
    assert not work.on_disk


@pytest.mark.parametrize(("seconds", "end"), [(16.95, 17), (-10800, -10800)])
def test_a_run_ends_after_its_slot_but_in_the_present_if_the_clock_was_set_back(
    store: Store, seconds: float, end: float
) -> None:
    inbox = Inbox()
    books = make_books(store, make_task(rule="minute at :17"), inbox=inbox)
    books.tick(NOON)
    [(run_id, _)] = books.tick(after(16.9), ahead=after(17)).starts
    inbox.reports.append(Ended(run_id, Result(Outcome.LOST), after(seconds)))
    books.tick(after(seconds))
    assert store.states()["a"].last_end_time == after(end)


def test_a_locked_file_holds_back_everything_until_it_is_free(store: Store) -> None:
    patient = open_store(store.path, patience=0.05)
    books = make_books(patient, make_task())
    with closing(sqlite3.connect(store.path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        for second in (0, 1):
            with pytest.raises(StateError):
                books.tick(after(second))
        other.execute("ROLLBACK")
    [(_, start)] = books.tick(after(2)).starts
    assert (start.slot, start.at) == (NOON, after(2))
    patient.close()


def test_a_full_disk_holds_back_what_was_decided_and_loses_nothing_of_it(store: Store) -> None:
    inbox = Inbox()
    books = make_books(store, make_task(), inbox=inbox)
    [(run_id, _)] = books.tick(NOON).starts
    inbox.reports.append(Ended(run_id, Result(Outcome.SUCCEEDED, message="x" * 100_000)))
    free = store.tables.execute("PRAGMA page_count").fetchone()[0]
    store.tables.execute(f"PRAGMA max_page_count = {free}")
    for second in (10, 20):
        with pytest.raises(StateError):
            books.tick(after(second))
    run = store.run(run_id)
    assert run is not None
    assert run.end_time is None
    store.tables.execute("PRAGMA max_page_count = 1000000")
    [(_, start)] = books.tick(after(25)).starts
    run = store.run(run_id)
    assert run is not None
    assert (run.outcome, run.end_time) == (Outcome.SUCCEEDED, after(10))
    assert (start.slot, start.at) == (after(10), after(10))
    assert books.tick(after(26)).starts == []
    assert [row.slot for row in store.skips_between("a", NOON, after(60))] == [after(20)]


def test_a_request_is_heard_once(store: Store) -> None:
    books = make_books(store, make_task(rule="never"))
    books.tick(NOON)
    assert books.is_quiet(NOON)
    with open_store(store.path) as anns:
        anns.request("a", NOON, "ann", {"deep": True})
    assert not books.is_quiet(NOON)
    [(run_id, start)] = books.tick(after(1)).starts
    assert start.request is not None
    assert start.request.args == {"deep": True}
    assert books.tick(after(2)).starts == []
    run = store.run_for_request(start.request.request_id)
    assert run is not None
    assert run.run_id == run_id


def test_a_request_waits_for_the_options_that_were_set_before_it(store: Store, people: Store) -> None:
    books = make_books(store, make_task("a", "never"), make_task("b", "never"))
    books.tick(NOON)
    people.set_override("a", {"timeout": "5m"}, NOON, "ann")
    for name in ("a", "b"):
        people.request(name, NOON, "ann")
    work = books.tick(after(1))
    assert work.reload
    assert [start.task.name for _, start in work.starts] == ["b"]
    assert not books.tick(after(2)).starts
    books.options_settled()
    assert not books.is_quiet(after(3))
    assert [start.task.name for _, start in books.tick(after(3)).starts] == ["a"]


def test_a_wish_that_comes_while_a_tick_waits_to_be_written_is_heard_by_the_next(
    store: Store, people: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    inbox = Inbox()
    books = make_books(store, make_task(), make_task("b", "never"), inbox=inbox)
    with monkeypatch.context() as patch:
        patch.setattr(Ledger, "save", _fail)
        with pytest.raises(StateError):
            books.tick(NOON)
    people.request("b", NOON, "ann")
    assert [start.task.name for _, start in books.tick(after(1)).starts] == ["a"]
    asyncio.run(asyncio.wait_for(inbox.sleep(60), 10))  # the bell has rung: the next tick comes at once
    assert not books.is_quiet(after(2))
    assert [start.task.name for _, start in books.tick(after(2)).starts] == ["b"]


def _fail(*_: object) -> None:
    raise StateError("the disk is full")


def test_what_is_disabled_while_a_tick_waits_for_the_lock_is_not_started(
    store: Store, people: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    transaction = Store.transaction

    def after_somebody_else(asked: Store, durable: bool = True) -> AbstractContextManager[Ledger]:
        monkeypatch.setattr(Store, "transaction", transaction)
        people.disable(["a"], "no", after(16), None, "ann")
        return asked.transaction(durable)

    books = make_books(store, make_task(rule="minute at :17"))
    books.tick(NOON)
    monkeypatch.setattr(Store, "transaction", after_somebody_else)
    assert not books.tick(after(17)).starts
    assert store.states()["a"].disabled


def test_a_request_that_an_earlier_runner_left_waiting_is_started(store: Store, people: Store) -> None:
    make_books(store, make_task(rule="never")).tick(NOON)
    people.request("a", NOON, "ann")
    assert len(make_books(store, make_task(rule="never")).tick(after(9)).starts) == 1


def test_a_withdrawn_request_is_not_started(store: Store, people: Store) -> None:
    books = make_books(store, make_task(rule="never"))
    request = people.request("a", NOON, "ann")
    people.withdraw(request.request_id, NOON, "ann")
    assert books.tick(after(1)).starts == []


def test_what_failed_is_disabled_on_record_though_somebody_enabled_it_long_ago(store: Store, people: Store) -> None:
    inbox = Inbox()
    books = make_books(store, make_task(), inbox=inbox)
    books.tick(NOON - timedelta(seconds=1))
    people.enable(["a"], NOON, "me")
    [(run_id, _)] = books.tick(NOON).starts
    inbox.reports.append(Ended(run_id, Result(Outcome.FAILED, error="ValueError: no")))
    books.tick(after(1))
    assert store.states()["a"].disabled


def test_a_run_is_stopped_when_somebody_cancels_it(store: Store, people: Store) -> None:
    books = make_books(store, make_task())
    [(run_id, _)] = books.tick(NOON).starts
    people.cancel_run(run_id, NOON, "ann")
    assert books.tick(after(1)).stops == [(run_id, "asked by ann")]


def test_a_reset_is_not_undone_by_what_the_scheduler_remembers(store: Store, people: Store) -> None:
    inbox = Inbox()
    books = make_books(store, make_task(rule="1 hour"), inbox=inbox)
    [(run_id, _)] = books.tick(NOON).starts
    inbox.reports.append(Ended(run_id, Result(Outcome.SUCCEEDED)))
    books.tick(after(1))
    people.reset(["a"], after(2), "ann")
    [(_, start)] = books.tick(after(3)).starts
    assert start.slot == after(3)


def test_runs_of_a_dead_runner_are_lost_and_rerun_in_the_same_transaction(store: Store) -> None:
    from linodctl.domain import OnLost

    task = make_task(rule="1 hour", on_lost=OnLost.RERUN)
    [(run_id, _)] = make_books(store, task).tick(NOON).starts
    books = make_books(store, task, now=after(60), absence=Absence(NOON, after(60)))
    books.close_lost(store.running(), after(60))
    books.tick(after(60))
    run = store.run(run_id)
    assert run is not None
    assert (run.outcome, run.reason) == (Outcome.LOST, "the runner died under it")
    [waiting] = store.states()["a"].pending
    assert (waiting.attempt, waiting.trigger) == (2, "rerun")


def test_enabling_while_no_runner_was_there_owes_nothing_for_the_disabled_span(store: Store, people: Store) -> None:
    inbox = Inbox()
    books = make_books(store, make_task(rule="10 seconds"), inbox=inbox)
    [(run_id, _)] = books.tick(NOON).starts
    inbox.reports.append(Ended(run_id, Result(Outcome.FAILED)))
    books.tick(after(1))
    people.enable(["a"], after(35), "ann")
    books = make_books(store, make_task(), now=after(52), absence=Absence(after(1), after(52)))
    work = books.tick(after(52))
    skips = [(row.reason.value, row.count) for row in store.skips_between("a", NOON, after(60))]
    assert skips == [("disabled", 3), ("runner_down", 1)]
    assert [start.slot for _, start in work.starts] == [after(50)]


def test_enabling_what_was_not_disabled_changes_nothing(store: Store, people: Store) -> None:
    inbox = Inbox()
    books = make_books(store, make_task(), inbox=inbox)
    [(run_id, _)] = books.tick(NOON).starts
    inbox.reports.append(Ended(run_id, Result(Outcome.SUCCEEDED)))
    books.tick(after(1))
    people.enable(["a"], after(15), "ann")
    books = make_books(store, make_task(), now=after(25), absence=Absence(after(1), after(25)))
    books.tick(after(25))
    assert [row.reason.value for row in store.skips_between("a", NOON, after(60))] == ["runner_down"]
