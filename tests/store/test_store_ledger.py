"""What a tick records: claims, ends, requests, states and flags, and what comes back when asked."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from typing import Any

import pytest
from entries import FINE, NOON, at, line, ran, request_start, slot_start

from linodctl.domain import Isolation, LogLevel, Outcome, Pending, Result, Run, TaskState, Trigger
from linodctl.identity import myself
from linodctl.store import AlreadyClaimed, NotWaiting
from linodctl.store.columns import LARGEST_MEMORY, text_of, texts_of
from linodctl.store.ledger import AT_ONCE
from linodctl.store.store import Store
from linodctl.values import replace


def test_a_run_from_claim_to_end(store: Store) -> None:
    with store.transaction() as ledger:
        run_id = ledger.start(slot_start("a", 0, trigger=Trigger.CATCH_UP), host="here", log_level=LogLevel.DEBUG)
        ledger.started(run_id, 4711, "98765")
        ledger.progress(run_id, 3, None, "files")
        assert ledger.running("a") == ledger.running() != []
    assert store.run(run_id) == Run(
        run_id=run_id,
        task="a",
        procedure="procedure_of_a",
        trigger=Trigger.CATCH_UP,
        scheduled_for=NOON,
        attempt=1,
        log_level=LogLevel.DEBUG,
        start_time=NOON,
        slot=NOON,
        host="here",
        pid=4711,
        pid_started="98765",
        owner=myself(),
        progress=(3, None, "files"),
    )
    result = Result(Outcome.FAILED, "one line", "long text", 1, 9, 0.25, 2**40, message="42")
    with store.transaction() as ledger:
        assert ledger.end(run_id, result, at(5))
    run = store.run(run_id)
    assert run is not None
    assert (run.end_time, run.outcome, run.reason, run.error, run.message) == (
        at(5),
        Outcome.FAILED,
        "one line",
        "long text",
        "42",
    )
    assert (run.exit_code, run.signal, run.cpu_seconds, run.max_rss) == (1, 9, 0.25, 2**40)
    assert store.running() == []


def test_a_run_in_a_thread_has_this_process_from_the_beginning(store: Store) -> None:
    start = slot_start("a", 0)
    launch = replace(start.task.launch, isolation=Isolation.THREAD)
    with store.transaction() as ledger:
        ledger.start(replace(start, task=replace(start.task, launch=launch)), host="here")
    [run] = store.running()
    assert f"{run.pid}/{run.pid_started}/" == myself()[: myself().rindex("/") + 1]


def test_an_end_is_final(store: Store) -> None:
    run_id = ran(store, "a", 0)
    with store.transaction() as ledger:
        assert not ledger.end(run_id, Result(Outcome.LOST), at(9))
    assert store.mark_lost([run_id], at(9), "the machine went down") == 0
    run = store.run(run_id)
    assert run is not None
    assert (run.outcome, run.end_time) == (Outcome.SUCCEEDED, at(1))


def test_open_runs_are_marked_lost(store: Store) -> None:
    with store.transaction() as ledger:
        run_ids = [ledger.start(slot_start("a", slot), host="here") for slot in (0, 10)]
    assert store.mark_lost(run_ids, at(60), "the machine went down") == 2
    assert [run.reason for run in store.history() if isinstance(run, Run)] == ["the machine went down"] * 2


def test_a_slot_is_claimed_once_per_attempt_and_the_tick_goes_on(store: Store) -> None:
    ran(store, "a", 0)
    with store.transaction() as ledger:
        with pytest.raises(AlreadyClaimed, match="attempt 1 of task 'a' for 2026-03-02T12:00:00"):
            ledger.start(slot_start("a", 0), host="here")
        again = ledger.start(slot_start("a", 0, attempt=2), host="here")
        other = ledger.start(slot_start("b", 0), host="here")
    assert [run.run_id for run in store.running()] == [again, other]


def test_requests_are_marked_as_started(store: Store) -> None:
    request = store.request("a", at(0), "ann", {"deep": True}, LogLevel.ERROR, at(-60))
    assert store.requests() == store.requests("a") == [request]
    with store.transaction() as ledger:
        run_id = ledger.start(request_start(request, 1), host="here")
    assert store.requests() == []
    row = store.request_row(request.request_id)
    assert row is not None
    assert (row.run_id, row.started_at, row.cancelled_at, row.args) == (run_id, at(1), None, {"deep": True})
    run = store.run(run_id)
    assert run is not None
    assert (run.slot, run.request_id, run.scheduled_for, run.log_level) == (
        None,
        request.request_id,
        at(-60),
        LogLevel.ERROR,
    )


def test_a_withdrawn_request_is_not_started(store: Store) -> None:
    request = store.request("a", at(0), "ann")
    assert store.withdraw(request.request_id, at(1), "ann") == 1
    with store.transaction() as ledger, pytest.raises(NotWaiting, match="was withdrawn"):
        ledger.start(request_start(request, 2), host="here")
    assert store.history() == []


def test_a_request_is_started_once(store: Store) -> None:
    request = store.request("a", at(0), "ann")
    with store.transaction() as ledger:
        ledger.start(request_start(request, 1), host="here")
        with pytest.raises(NotWaiting):
            ledger.start(request_start(request, 1), host="here")


def test_a_requests_retry_is_its_latest_run_and_keeps_its_level(store: Store) -> None:
    request = store.request("a", at(0), "ann", log_level=LogLevel.DEBUG)
    retry = replace(request_start(request, 9), request=None, attempt=2, trigger=Trigger.RETRY)
    with store.transaction() as ledger:
        first = ledger.start(request_start(request, 1), host="here")
        second = ledger.start(retry, host="here")
        with pytest.raises(AlreadyClaimed):
            ledger.start(retry, host="here")
    run = store.run_for_request(request.request_id)
    assert run is not None
    assert (run.run_id, run.log_level) == (second, LogLevel.DEBUG)
    row = store.request_row(request.request_id)
    assert row is not None
    assert row.run_id == first


FULL_STATE = TaskState(
    name="a",
    first_seen=at(1),
    anchor=at(2),
    settled=at(3),
    pending=(
        Pending(at(4)),
        Pending(at(5), 2, Trigger.RETRY, at(6), request_id=7),
        Pending(at(8), trigger=Trigger.CATCH_UP, until=at(9)),
    ),
    recurrence="every 10 seconds",
    used=10,
    last_slot=at(11),
    last_start_time=at(12),
    last_end_time=at(13),
    last_outcome=Outcome.WARNED,
    last_success=at(14),
    failures=15,
    memory={"cursor": [1, "ünïcödé", None]},
)


def test_a_state_comes_back_as_it_was_saved(store: Store) -> None:
    with store.transaction() as ledger:
        ledger.save(FULL_STATE)
        ledger.save(TaskState("b"))
    assert store.states() == {"a": FULL_STATE, "b": TaskState("b")}
    assert store.states(["b", "unknown"]) == {"b": TaskState("b")}
    changed = replace(FULL_STATE, used=11, memory={})
    with store.transaction() as ledger:
        ledger.save(changed)
    assert store.states(["a"])["a"] == changed


def test_many_names_at_once(store: Store) -> None:
    with store.transaction() as ledger:
        for number in range(2000):
            ledger.save(TaskState(f"task{number}"))
    assert len(store.states(f"task{number}" for number in range(10, 1500))) == 1490


def test_saving_leaves_the_flag_alone(store: Store) -> None:
    with store.transaction() as ledger:
        ledger.disable("a", "failed: no route", at(1), at(100))
        ledger.save(TaskState("a", failures=3))
    state = store.states()["a"]
    assert (state.disabled, state.disabled_reason, state.disabled_at, state.disabled_until, state.failures) == (
        True,
        "failed: no route",
        at(1),
        at(100),
        3,
    )
    with store.transaction() as ledger:
        ledger.enable("a")
    assert store.states()["a"] == TaskState("a")


@pytest.mark.parametrize(
    ("memory", "words"),
    [({"text": "x" * LARGEST_MEMORY}, "is the limit"), ({"thing": object()}, "not JSON"), ({1: {2}}, "not JSON")],
)
def test_a_memory_that_does_not_fit_leaves_the_one_before(store: Store, memory: dict[Any, Any], words: str) -> None:
    with store.transaction() as ledger:
        ledger.save(TaskState("a", memory={"cursor": 1}))
        run_id = ledger.start(slot_start("a", 0), host="here")
        ledger.end(run_id, Result(Outcome.WARNED, reason="careful", memory=memory), at(1))
        ledger.save(TaskState("a", used=1, memory=memory))
        ledger.save(TaskState("b", memory=memory))
    assert store.states() == {"a": TaskState("a", used=1, memory={"cursor": 1}), "b": TaskState("b")}
    run = store.run(run_id)
    assert run is not None
    assert run.reason is not None
    assert run.reason.startswith("careful; the memory was not kept")
    assert words in run.reason


def test_the_largest_memory(store: Store) -> None:
    memory = {"t": "x" * (LARGEST_MEMORY - len('{"t":""}'))}
    with store.transaction() as ledger:
        ledger.save(TaskState("a", memory=memory))
    assert store.states()["a"].memory == memory


def test_no_text_is_too_strange(store: Store) -> None:
    strange = "a\x00b\udcffc 🐧"
    kept = "a\ufffdb\ufffdc 🐧"
    with store.transaction() as ledger:
        run_id = ledger.start(slot_start("a", 0), host="here")
        ledger.log(run_id, [replace(line(strange), logger=strange)])
        ledger.progress(run_id, 1, 2, strange)
        ledger.end(run_id, Result(Outcome.FAILED, strange, strange, message=strange), at(1))
        ledger.save(TaskState("a", memory={"x": strange}))
        ledger.disable("a", strange, at(1))
        ledger.put_note("x", strange)
    run = store.run(run_id)
    assert run is not None
    assert run.reason == run.error == run.message == kept
    assert run.progress == (1, 2, kept)
    assert [(row.text, row.logger) for row in store.logs()] == [(kept, kept)]
    assert store.states()["a"].memory == {"x": strange}  # JSON holds it as it is
    assert store.note("x") == strange


def test_masses_of_log_are_kept_in_their_order(store: Store) -> None:
    said = [line(str(number), level=number % 60, seconds=number * 0.3) for number in range(2 * AT_ONCE + 3)]
    with store.transaction() as ledger:
        run_id = ledger.start(slot_start("a", 0), host="here")
        ledger.log(run_id, said)
    rows = store.logs()
    assert [(row.text, row.level, row.time) for row in rows] == [(row.text, row.level, row.time) for row in said]
    assert {(row.run_id, row.task) for row in rows} == {(run_id, "a")}


def test_log_keeps_its_order_and_needs_a_run(store: Store) -> None:
    with store.transaction() as ledger:
        run_id = ledger.start(slot_start("a", 0), host="here")
        ledger.log(run_id, [line("late", seconds=9), line("early", seconds=1)])
        ledger.log(run_id, [line("last", level=40)])
        ledger.log(999, [line("nobody's")])
    assert [(row.run_id, row.task, row.text, row.level, row.time) for row in store.logs()] == [
        (run_id, "a", "late", 20, at(9)),
        (run_id, "a", "early", 20, at(1)),
        (run_id, "a", "last", 40, at(0)),
    ]


def test_notes(store: Store) -> None:
    store.put_note("config_error", "wrong")
    with store.transaction() as ledger:
        ledger.put_note("heard", 7)
        assert ledger.note("heard") == 7
    store.put_note("config_error", None)
    assert (store.note("config_error"), store.note("heard"), store.note("other")) == (None, 7, None)


def test_a_block_that_raises_leaves_nothing(store: Store) -> None:
    with pytest.raises(ZeroDivisionError), store.transaction() as ledger:
        ledger.start(slot_start("a", 0), host="here")
        raise ZeroDivisionError
    assert store.history() == []
    assert ran(store, "a", 0)


def test_the_procedure_is_noted_with_the_task(store: Store) -> None:
    with store.transaction() as ledger:
        ledger.name_procedures([("a", "one"), ("b", "procedure_of_b")])
        ledger.name_procedures([("a", "other"), ("b", "procedure_of_b")])
    rows = store._all("SELECT name, procedure FROM tasks ORDER BY name")
    assert [tuple(row) for row in rows] == [("a", "other"), ("b", "procedure_of_b")]


def test_instants_sort_as_text_whatever_zone_they_come_in() -> None:
    tallinn = timezone(timedelta(hours=2))
    assert text_of(datetime(2026, 3, 2, 14, 0, tzinfo=tallinn)) == "2026-03-02T12:00:00.000000+00:00"
    with pytest.raises(ValueError, match="no time zone"):
        text_of(datetime(2026, 3, 2))


def test_the_runner_leaves_traces(store: Store) -> None:
    first = store.runner_started(site="demo", version="1.0", at=at(0))
    store.heartbeat(first, at(15))
    row = store.runner()
    assert row is not None
    assert (row.site, row.version, row.started, row.heartbeat, row.stopped) == ("demo", "1.0", at(0), at(15), None)
    store.runner_stopped(first, at(20))
    row = store.runner()
    assert row is not None
    assert (row.heartbeat, row.stopped) == (at(20), at(20))
    second = store.runner_started(site="demo", version="1.1", at=at(30))
    row = store.runner()
    assert row is not None
    assert row.id == second > first
    assert FINE.outcome.is_fine


def test_masses_of_instants_are_spelled_as_single_ones() -> None:
    tallinn = timezone(timedelta(hours=2))
    steps = [0, 0.25, 0.999999, 1, 1, 60.000001, 3600, 0.5]
    instants = [NOON + timedelta(seconds=step) for step in steps]
    instants += [instant.astimezone(tallinn) for instant in instants]
    assert list(texts_of(instants)) == [text_of(instant) for instant in instants]
