"""A site with a past: tasks that ran, failed, run, wait and were skipped, all of it recorded in this process."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from linodctl.domain import Launch, Outcome, Policy, Result, SkipReason, Task, TaskState, Trigger
from linodctl.metrics.figures import Facts
from linodctl.planning import Skip, Start
from linodctl.recurrence import parse_recurrence
from linodctl.store.store import Store
from linodctl.values import replace

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
SITE = 'shop "north" \\ ü'
"""Everything that has to be escaped."""


def at(seconds: float) -> datetime:
    return NOON + timedelta(seconds=seconds)


def make_task(name: str, **policy: object) -> Task:
    rule = parse_recurrence({"every": "1 hour"}, name=name, zone="UTC")
    return Task(1, name, name, rule, replace(Policy(), **policy), Launch("x.y"))  # type: ignore[arg-type]


TASKS = (make_task("fetch"), make_task("never_ran"), make_task("watched", expect=timedelta(hours=1)))
FACTS = Facts(SITE, TASKS, alive=True)


def ran(store: Store, slot: float, seconds: float, outcome: Outcome = Outcome.SUCCEEDED, late: float = 0) -> None:
    with store.transaction(durable=False) as ledger:
        begin = at(slot + late)
        run_id = ledger.start(Start(1, TASKS[0], Trigger.SCHEDULE, at(slot), begin, slot=at(slot)), host="here")
        ledger.end(run_id, Result(outcome), begin + timedelta(seconds=seconds))


def filled(store: Store) -> None:
    """Six good runs, one that failed, one lost, one that goes on; skips, a request, a disabled task."""
    store.runner_started(site=SITE, version="1.0", at=at(-100))
    for slot in range(6):
        ran(store, slot, 2.5)
    ran(store, 10, 7, Outcome.FAILED, late=3)
    ran(store, 20, 100, Outcome.LOST, late=4000)
    with store.transaction() as ledger:
        ledger.start(Start(1, TASKS[0], Trigger.SCHEDULE, at(30), at(30), slot=at(30)), host="here")
        ledger.skip(Skip("fetch", SkipReason.OVERLAP, at(40), at(60), 3, ""))
        ledger.skip(Skip("gone", SkipReason.OVERLAP, at(40), at(40), 1, ""))
        known = {"first_seen": at(-9999), "anchor": at(-9999), "settled": at(60)}
        ledger.save(TaskState("fetch", **known, last_success=at(5), last_start_time=at(30), failures=1))
        ledger.save(TaskState("watched", **known))
        ledger.disable("watched", "failed: on purpose", at(0))
    store.request("never_ran", at(50), "ann")
