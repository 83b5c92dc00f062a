"""Forgetting: the limits of the history, what must never go, and that a dry run tells the truth."""

from __future__ import annotations

from datetime import timedelta

import pytest
from entries import FINE, at, line, ran, request_start, skip, slot_start

from linodctl.domain import Pending, Run, SkipReason, TaskState, Trigger
from linodctl.store import pruning
from linodctl.store.store import Store
from linodctl.values import replace

NOTHING = dict.fromkeys(["runs", "log_records", "skips", "requests", "edits", "runners"], 0)
REASONS = [SkipReason.OVERLAP, SkipReason.LIMIT]


def prune(store: Store, keep: int | None = None, for_: float | None = None, now: float = 1000) -> dict[str, int]:
    """Dry first: both have to say the same. Only what is not zero."""
    span = None if for_ is None else timedelta(seconds=for_)
    announced = store.prune(keep, span, at(now), dry_run=True)
    done = store.prune(keep, span, at(now))
    assert announced == done
    assert store.prune(keep, span, at(now)) == NOTHING
    return {table: number for table, number in done.items() if number}


def slots(store: Store, name: str) -> list[float]:
    return [(run.start_time - at(0)).total_seconds() for run in store.history([name]) if isinstance(run, Run)]


@pytest.mark.parametrize("batch", [1, 2, 500])
def test_the_newest_of_each_task_stay(store: Store, monkeypatch: pytest.MonkeyPatch, batch: int) -> None:
    monkeypatch.setattr(pruning, "BATCH", batch)
    for slot in range(10):
        run_id = ran(store, "a", slot)
        with store.transaction() as ledger:
            ledger.log(run_id, [line("one"), line("two"), line("three")])
    ran(store, "b", 0)
    assert prune(store, keep=4) == {"runs": 6, "log_records": 18}
    assert slots(store, "a") == [9, 8, 7, 6]
    assert slots(store, "b") == [0]
    assert len(store.logs()) == 12


def test_what_is_too_old_goes(store: Store) -> None:
    for slot in (100, 400, 401, 900):
        ran(store, "a", slot)
    assert prune(store, for_=599, now=1000) == {"runs": 2}
    assert slots(store, "a") == [900, 401]
    assert prune(store, keep=100, for_=10, now=1000) == {"runs": 2}
    assert slots(store, "a") == []


def test_runs_of_the_same_instant_are_told_apart_by_their_id(store: Store) -> None:
    run_ids = [ran(store, "a", 0, attempt=attempt) for attempt in (1, 2, 3)]
    assert prune(store, keep=1) == {"runs": 2}
    assert store.run(run_ids[2])


def test_no_limits(store: Store) -> None:
    ran(store, "a", 0)
    assert prune(store) == {}
    assert prune(store, for_=1e11) == {}  # longer than there have been years
    assert prune(store, keep=0) == {"runs": 1}


def test_open_runs_never_go(store: Store) -> None:
    with store.transaction() as ledger:
        run_id = ledger.start(slot_start("a", 0), host="here")
        ledger.log(run_id, [line("still here")])
    for slot in range(10, 50, 10):
        ran(store, "a", slot)
    assert prune(store, keep=1, for_=1) == {"runs": 4}
    assert [run.run_id for run in store.running()] == [run_id]
    assert len(store.logs(run_ids=[run_id])) == 1


def test_skips(store: Store) -> None:
    with store.transaction() as ledger:
        for number in range(6):
            ledger.skip(skip("a", number, reason=REASONS[number % 2]))
        ledger.skip(skip("b", 0))
    assert prune(store, keep=5) == {"skips": 1}
    assert prune(store, for_=997) == {"skips": 3}
    assert [row.slot for row in store.skips_between("a", at(-1), at(9))] == [at(3), at(4), at(5)]


def test_requests_and_edits(store: Store) -> None:
    for number in range(3):
        store.request("a", at(number), "ann")
    store.withdraw(1, at(4), "ann")
    with store.transaction() as ledger:
        run_id = ledger.start(request_start(store.requests()[0], 5), host="here")
        ledger.end(run_id, FINE, at(6))
    assert prune(store, for_=1) == {"runs": 1, "requests": 2, "edits": 4}
    assert [request.request_id for request in store.requests()] == [3]


def test_a_request_stays_while_its_run_or_its_retry_is_to_come(store: Store) -> None:
    request = store.request("a", at(0), "ann", {"deep": True})
    with store.transaction() as ledger:
        run_id = ledger.start(request_start(request, 1), host="here")
    assert "requests" not in prune(store, keep=0)
    with store.transaction() as ledger:
        ledger.end(run_id, FINE, at(2))
        retry = Pending(at(0), 2, Trigger.RETRY, at(2000), request_id=request.request_id)
        ledger.save(TaskState("a", pending=(Pending(at(10)), retry)))
    assert prune(store, keep=0) == {"runs": 1}
    with store.transaction() as ledger:
        ledger.save(replace(TaskState("a"), pending=()))
    assert prune(store, keep=0) == {"requests": 1}


def test_old_runners_but_never_the_latest(store: Store) -> None:
    for start in (0, 10, 20):
        store.runner_started(site="demo", version="1", at=at(start))
    assert prune(store, for_=985) == {"runners": 2}
    assert prune(store, for_=1) == {}
    runner = store.runner()
    assert runner is not None
    assert runner.started == at(20)


def test_between_steps_others_may_write(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pruning, "BATCH", 2)
    for slot in range(6):
        ran(store, "a", slot)
    counts = []
    for step in store.prune_steps(1, None, at(1000)):
        counts.append(step)
        store.request("b", at(0), "ann")
    assert counts == [{"runs": 2}, {"runs": 2}, {"runs": 1}, {"edits": 2}]
