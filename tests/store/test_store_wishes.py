"""People's wishes: what they change, and the edit that each leaves for the runner."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from entries import at, ran, slot_start

from linodctl.domain import LogLevel, Outcome, Request, TaskState
from linodctl.store import open_store
from linodctl.store.rows import Discovered, Edit, Override
from linodctl.store.store import Store


def actions(store: Store, after_id: int = 0) -> list[tuple[str, str, dict[str, object]]]:
    return [(edit.action, edit.task, dict(edit.detail)) for edit in store.edits(after_id)]


def test_an_edit_says_who_and_when(store: Store) -> None:
    store.reset(["a", "b"], at(1), "ann\udcff")
    assert store.edits() == [
        Edit(1, at(1), "ann\ufffd", "a", "reset", {}),
        Edit(2, at(1), "ann\ufffd", "b", "reset", {}),
    ]
    assert [edit.id for edit in store.edits(after_id=1)] == [2]


def test_a_request(store: Store) -> None:
    request = store.request("a", at(0), "ann", {"n": 1}, LogLevel.DEBUG, at(-9))
    assert request == Request(1, "a", at(0), {"n": 1}, LogLevel.DEBUG, at(-9), "ann")
    assert store.requests("a") == [request]
    assert actions(store) == [("request", "a", {"request_id": 1})]


def test_requests_wait_in_order(store: Store) -> None:
    made = [store.request(name, at(0), "ann") for name in "bab"]
    assert store.requests() == made
    assert store.requests("b") == [made[0], made[2]]


def test_withdrawing_by_task_and_by_id(store: Store) -> None:
    made = [store.request(name, at(0), "ann") for name in "aab"]
    assert store.withdraw("a", at(1), "bob") == 2
    assert store.withdraw("a", at(2), "bob") == 0
    assert store.withdraw(made[2].request_id, at(3), "bob") == 1
    assert store.withdraw(999, at(3), "bob") == 0
    assert store.requests() == []
    row = store.request_row(made[0].request_id)
    assert row is not None
    assert (row.cancelled_at, row.cancelled_by, row.run_id) == (at(1), "bob", None)
    assert actions(store, after_id=3) == [
        ("withdraw", "a", {"request_id": 1}),
        ("withdraw", "a", {"request_id": 2}),
        ("withdraw", "b", {"request_id": 3}),
    ]


def test_a_task_named_like_a_number_is_no_request(store: Store) -> None:
    store.request("1", at(0), "ann")
    second = store.request("b", at(0), "ann")
    assert store.withdraw(str(second.request_id), at(1), "bob") == 0


def test_stopping_a_run(store: Store) -> None:
    with store.transaction() as ledger:
        run_id = ledger.start(slot_start("a", 0), host="here")
    assert store.cancel_run(run_id, at(1), "ann")
    run = store.run(run_id)
    assert run is not None
    assert run.cancel_requested == "ann"
    assert actions(store) == [("cancel_run", "a", {"run_id": run_id})]


def test_nothing_to_stop(store: Store) -> None:
    ended = ran(store, "a", 0)
    assert not store.cancel_run(ended, at(1), "ann")
    assert not store.cancel_run(999, at(1), "ann")
    assert store.edits() == []


def test_the_flag(store: Store) -> None:
    store.disable(["a", "never_seen"], "holidays", at(1), at(100), "ann")
    state = store.states()["never_seen"]
    assert (state.disabled, state.disabled_reason, state.disabled_at, state.disabled_until) == (
        True,
        "holidays",
        at(1),
        at(100),
    )
    detail = {"reason": "holidays", "until": "2026-03-02T12:01:40.000000+00:00"}
    assert actions(store) == [("disable", "a", detail), ("disable", "never_seen", detail)]
    store.enable(["a"], at(2), "ann")
    assert actions(store, after_id=2) == [("enable", "a", {"was_disabled": True})]
    assert not store.states()["a"].disabled
    store.disable(["a"], "again", at(3), None, "ann")
    assert actions(store, after_id=3) == [("disable", "a", {"reason": "again", "until": None})]


def test_reset_forgets_all_but_flag_memory_and_history(store: Store) -> None:
    ran(store, "a", 0)
    with store.transaction() as ledger:
        ledger.save(
            TaskState(
                "a",
                at(1),
                at(2),
                at(3),
                recurrence="daily",
                used=1,
                last_slot=at(4),
                last_start_time=at(5),
                last_end_time=at(6),
                last_outcome=Outcome.FAILED,
                last_success=at(7),
                failures=2,
                memory={"cursor": 1},
            )
        )
        ledger.disable("a", "failed", at(8))
    store.reset(["a"], at(9), "ann")
    assert store.states()["a"] == TaskState(
        "a", disabled=True, disabled_reason="failed", disabled_at=at(8), failures=2, memory={"cursor": 1}
    )
    assert len(store.history()) == 1
    assert actions(store) == [("reset", "a", {})]


def test_overrides(store: Store) -> None:
    store.set_override("a", {"every": "5 minutes", "retries": {"attempts": 3}}, at(1), "ann")
    store.set_override("a", {"every": "1 hour"}, at(2), "bob")
    store.set_override("b", {"disabled": True}, at(3), "ann")
    assert store.overrides() == {
        "a": {"every": Override("1 hour", "bob", at(2)), "retries": Override({"attempts": 3}, "ann", at(1))},
        "b": {"disabled": Override(True, "ann", at(3))},
    }
    store.unset_override("a", ["every", "unknown"], at(4), "ann")
    assert store.overrides()["a"] == {"retries": Override({"attempts": 3}, "ann", at(1))}
    assert actions(store)[1:] == [
        ("set", "a", {"every": "1 hour"}),
        ("set", "b", {"disabled": True}),
        ("unset", "a", {"options": ["every", "unknown"]}),
    ]


@dataclass
class Found:
    """As `execution` reports a decorated function."""

    module: str
    name: str
    func: str
    options: dict[str, object]


def test_discovered_functions_in_their_order(store: Store) -> None:
    found = [Found("jobs", "b", "jobs.b", {"every": "1 hour"}), Found("jobs", "a", "jobs.a", {})]
    assert store.put_discovered(found)
    assert not store.put_discovered(found)
    assert store.discovered() == [
        Discovered("jobs", "b", "jobs.b", {"every": "1 hour"}),
        Discovered("jobs", "a", "jobs.a", {}),
    ]
    assert store.put_discovered([found[0], Found("jobs", "a", "jobs.a", {"every": "1 day"})])
    assert store.put_discovered(found[::-1])
    assert [item.name for item in store.discovered()] == ["a", "b"]
    assert store.put_discovered([])
    assert store.discovered() == []


def test_others_hear_of_a_wish_by_the_version(store: Store, state: Path) -> None:
    with open_store(state) as somebody:
        version = store.data_version()
        store.heartbeat(1, at(0))
        assert store.data_version() == version  # our own writes are no news
        somebody.request("a", at(0), "ann")
        assert store.data_version() != version
