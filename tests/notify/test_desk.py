"""The desk with a real state file, a real thread and a real server: grouped, durable, and in nobody's way."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Awaitable, Callable
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from cases import HOUR, NOON, make_task
from receiver import Receiver

from linodctl import events
from linodctl.clock import SystemClock
from linodctl.domain import LogLevel, Outcome, Result, TaskState, Trigger
from linodctl.notify import post
from linodctl.notify.alerting import alerting
from linodctl.notify.desk import Desk
from linodctl.notify.dispatch import UNDELIVERED, Stuck
from linodctl.notify.memory import OUTBOX, TOLD
from linodctl.notify.message import Message
from linodctl.planning import Start
from linodctl.store import open_store
from linodctl.store.store import Store
from linodctl.values import replace

TASKS = tuple(make_task(name, tags=("nightly",) if name == "c" else ()) for name in "abc")
PATIENCE = 20.0


class Office:
    """A desk beside a stand-in for the runner: runs are recorded as it would, then told."""

    def __init__(self, store: Store, routes: dict[str, tuple[str, ...]], window: float = 0.0) -> None:
        self.store = store
        self.told: list[events.Event] = []
        self.desk = Desk(
            store,
            SystemClock(),
            Stuck(store, SystemClock(), self.told.append),
            post.deliver,
            "web1",
            first_pause=0.01,
            window=timedelta(seconds=window),
        )
        self.routes = routes

    def open(self, *, unclean: bool = False) -> None:
        self.desk(events.ConfigInForce("demo", "UTC", Path("linodctl.yaml"), TASKS, self.routes))
        self.desk(events.RunnerStarted("demo", 1, 3, "x.db", NOON, unclean))

    def end_run(self, task: str, outcome: str = "failed") -> None:
        [declared] = [other for other in TASKS if other.name == task]
        now = SystemClock().now()
        result = Result(Outcome(outcome), reason="ValueError: no", error="Traceback: ValueError: no")
        failed = result.outcome.is_failure
        with self.store.transaction() as ledger:
            run_id = ledger.start(Start(1, declared, Trigger.SCHEDULE, now, now, slot=now), host="h")
            ledger.end(run_id, result, now)
            state = self.store.states([task]).get(task) or TaskState(task, first_seen=now, anchor=now)
            success = state.last_success if failed else now
            ledger.save(
                replace(state, last_end_time=now, last_outcome=result.outcome, failures=failed, last_success=success)
            )
        self.desk(events.RunEnded(run_id, task, result, 1.0, LogLevel.INFO))

    def close(self) -> None:
        """As a runner that stops."""
        self.desk(events.RunnerStopped("over"))

    def kill(self) -> None:
        """As a runner that is killed: nothing more is told or noted."""
        if self.desk._timer is not None:
            self.desk._timer.cancel()


def live(story: Callable[[], Awaitable[None]]) -> None:
    asyncio.run(story())  # type: ignore[arg-type]


async def until(happened: Callable[[], Any], what: str) -> None:
    for _ in range(2000):
        if happened():
            return
        await asyncio.sleep(0.01)
    raise AssertionError(f"waited in vain: {what}")


def titles(receiver: Receiver) -> list[str]:
    return [hit.json["title"] for hit in receiver.hits]


def test_what_fails_together_is_one_message_for_each_route(store: Store, receiver: Receiver) -> None:
    office = Office(store, {"default": (receiver.alerts,), "nightly": (receiver.alerts + "/night",)}, window=60)

    async def story() -> None:
        office.open()
        for task in "abcab":
            office.end_run(task)
        office.close()
        await until(lambda: len(receiver.hits) == 2, "both messages")

    live(story)
    assert sorted(zip(titles(receiver), (hit.path for hit in receiver.hits), strict=True)) == [
        ("[demo] 2 tasks failed", "/s3cret-token"),
        ("[demo] c failed", "/s3cret-token/night"),
    ]


def test_a_restart_neither_repeats_nor_loses(store: Store, receiver: Receiver) -> None:
    async def first() -> None:
        office = Office(store, {"default": (receiver.alerts,)})
        office.open()
        office.end_run("a")
        await until(lambda: not store.note(OUTBOX)["letters"] if store.note(OUTBOX) else False, "it has arrived")
        office.end_run("b")  # killed before anybody looked
        office.kill()

    async def second() -> None:
        office = Office(store, {"default": (receiver.alerts,)})
        office.open()
        await until(lambda: len(receiver.hits) == 2, "what the first did not come to")
        office.end_run("a", "succeeded")
        await until(lambda: len(receiver.hits) == 3, "the recovery")
        office.close()

    live(first)
    live(second)
    assert titles(receiver) == ["[demo] a failed", "[demo] b failed", "[demo] a is well again"]


def test_what_did_not_arrive_is_sent_by_the_next_runner(store: Store, receiver: Receiver) -> None:
    receiver.down()

    async def first() -> None:
        office = Office(store, {"default": (receiver.alerts,)})
        office.open()
        office.end_run("a")
        await until(lambda: store.note(UNDELIVERED), "the failure is noted")
        office.close()
        office.desk.close(PATIENCE)
        assert office.told == [events.Undelivered("default: json://***", office.told[0].why, given_up=False)]  # type: ignore[union-attr]

    async def second() -> None:
        office = Office(store, {"default": (receiver.alerts,)})
        office.open()
        await until(lambda: receiver.hits, "the letter of before")
        await until(lambda: not store.note(OUTBOX)["letters"], "it is off the list")

    live(first)
    [letter] = store.note(OUTBOX)["letters"]
    assert letter["title"] == "[demo] a failed"
    assert "s3cret" not in str(store.note(OUTBOX)) + str(store.note(UNDELIVERED)) + str(store.note(TOLD))
    receiver.up()
    live(second)
    assert titles(receiver) == ["[demo] a failed"]


def test_a_letter_whose_address_is_gone_is_given_up(store: Store, receiver: Receiver) -> None:
    receiver.down()

    async def story() -> None:
        office = Office(store, {"default": (receiver.alerts,)})
        office.open()
        office.end_run("a")
        await until(lambda: office.told, "it does not arrive")
        [job] = office.desk._jobs.values()
        office.routes = {"default": ("json://127.0.0.1:1/other",)}
        office.open()
        assert job.withdrawn
        office.close()

    live(story)
    assert store.note(OUTBOX) == {"letters": [], "given_up": 1}


def test_a_letter_is_on_record_before_it_is_sent(store: Store) -> None:
    seen: list[Any] = []

    def deliver(address: str, message: Message) -> None:
        with open_store(store.path) as other:
            seen.append((other.note(OUTBOX)["letters"][0]["title"], list(other.note(TOLD)["tasks"])))

    async def story() -> None:
        office = Office(store, {"default": ("json://x",)})
        office.desk._deliver = deliver
        office.open()
        office.end_run("a")
        await until(lambda: seen, "it is sent")

    live(story)
    assert seen == [("[demo] a failed", ["a"])]


def test_an_unclean_end_is_told_with_what_it_lost_once_an_hour(store: Store, receiver: Receiver) -> None:
    async def story() -> None:
        for _ in range(3):
            office = Office(store, {"default": (receiver.alerts,)}, window=0.01)
            office.open(unclean=True)
            office.end_run("a", "lost")
            await until(lambda office=office: office.desk._timer is None, "it has looked")  # type: ignore[misc]
            office.desk.close(PATIENCE)

    live(story)
    assert titles(receiver) == ["[demo] the runner had died; a lost a run"]
    assert len(store.note(TOLD)["deaths"]["times"]) == 3


def test_nobody_to_tell_costs_nothing_and_who_comes_later_hears_how_it_stands(store: Store, receiver: Receiver) -> None:
    async def story() -> None:
        office = Office(store, {})
        office.open()
        office.end_run("a")
        await until(lambda: office.desk._timer is None, "it has looked")
        assert store.note(TOLD) is None or store.note(TOLD)["tasks"] == {}
        office.routes = {"default": (receiver.alerts,)}
        office.open()
        await until(lambda: receiver.hits, "the message")

    live(story)
    assert titles(receiver) == ["[demo] a failed"]


def test_a_state_file_that_can_not_be_written_keeps_no_alert_back(store: Store, receiver: Receiver) -> None:
    impatient = open_store(store.path, patience=0.01)

    async def story() -> None:
        office = Office(impatient, {"default": (receiver.alerts,)}, window=60)
        office.open()
        office.end_run("a")
        with closing(sqlite3.connect(store.path, isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            office.close()
            await until(lambda: receiver.hits, "the message")
            other.execute("ROLLBACK")
        await until(lambda: not office.desk._jobs, "the report of its arrival")
        office.desk._tell()

    live(story)
    impatient.close()
    assert set(store.note(TOLD)["tasks"]) == {"a"}
    assert titles(receiver) == ["[demo] a failed"]


@pytest.mark.parametrize("outcome", ["succeeded", "warned", "skipped", "cancelled"])
def test_an_ordinary_run_is_not_even_looked_at(store: Store, receiver: Receiver, outcome: str) -> None:
    async def story() -> None:
        office = Office(store, {"default": (receiver.alerts,)})
        office.open()
        office.end_run("a", outcome)
        assert office.desk._timer is None

    live(story)


def test_an_overdue_task_is_told_of_at_the_start(store: Store, receiver: Receiver) -> None:
    task = make_task("a", expect=HOUR)
    with store.transaction() as ledger:
        ledger.save(TaskState("a", first_seen=NOON, anchor=NOON, settled=NOON))

    async def story() -> None:
        office = Office(store, {"default": (receiver.alerts,)})
        office.desk(events.ConfigInForce("demo", "UTC", Path("linodctl.yaml"), (task,), office.routes))
        await until(lambda: receiver.hits, "the message")

    live(story)
    assert titles(receiver) == ["[demo] a is overdue: no success for 1 hour"]


def test_who_enabled_a_task_in_vain_is_told_again(store: Store, receiver: Receiver) -> None:
    async def story() -> None:
        office = Office(store, {"default": (receiver.alerts,)})
        office.open()
        for times in (1, 2):
            with store.transaction() as ledger:
                ledger.disable("a", "failed: ValueError: no", SystemClock().now())
            office.end_run("a")
            await until(lambda times=times: len(receiver.hits) == times, "the message")  # type: ignore[misc]
            office.end_run("a")
            await until(lambda: office.desk._timer is None, "it has looked")
            store.enable(["a"], SystemClock().now(), "ann")

    live(story)
    assert titles(receiver) == ["[demo] a failed and is disabled"] * 2


def test_notes_that_somebody_meddled_with_count_as_nothing(store: Store, receiver: Receiver) -> None:
    store.put_note(TOLD, {"tasks": {"a": {"trouble": "nonsense"}}})
    store.put_note(OUTBOX, ["x"])

    async def story() -> None:
        office = Office(store, {"default": (receiver.alerts,)})
        office.open()
        office.end_run("a")
        await until(lambda: receiver.hits, "the message")

    live(story)
    assert store.note(TOLD)["tasks"]["a"]["trouble"] == "failing"


def test_a_mistake_in_the_alerts_does_not_end_the_runner(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    def stumble(self: Desk, event: events.Event) -> None:
        raise ZeroDivisionError("oops")

    monkeypatch.setattr(Desk, "__call__", stumble)
    told: list[events.Event] = []
    with alerting(store, SystemClock(), [told.append]) as hear:
        hear(events.CodeRefreshed())
    assert told == [events.Trouble("an alert or ping may be missing: ZeroDivisionError: oops")]
