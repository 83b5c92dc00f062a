"""Pings: which signal goes where, in the convention of Healthchecks."""

from __future__ import annotations

import asyncio
import socket
import uuid
from pathlib import Path

import pytest
from cases import NOON, make_task
from receiver import Receiver

from linodctl import events
from linodctl.clock import SystemClock
from linodctl.domain import LogLevel, Outcome, Result, Trigger
from linodctl.notify.dispatch import UNDELIVERED, Stuck
from linodctl.notify.ping import Signal, address_for, deliver, signal_of
from linodctl.notify.pings import Pings
from linodctl.notify.sender import Undelivered
from linodctl.store.store import Store

RUN = uuid.UUID(int=1)
RID = "rid=00000000-0000-0000-0000-000000000001"


@pytest.mark.parametrize(
    ("ping", "signal", "expected"),
    [
        ("https://hc-ping.com/abc", Signal.START, f"https://hc-ping.com/abc/start?{RID}"),
        ("https://hc-ping.com/abc", Signal.SUCCESS, f"https://hc-ping.com/abc?{RID}"),
        ("https://hc-ping.com/abc/", Signal.FAIL, f"https://hc-ping.com/abc/fail?{RID}"),
        ("https://hc-ping.com/key/slug?create=1", Signal.LOG, f"https://hc-ping.com/key/slug/log?create=1&{RID}"),
        ("http://[::1]:8000/ping/abc#x", Signal.FAIL, f"http://[::1]:8000/ping/abc/fail?{RID}"),
    ],
)
def test_addresses(ping: str, signal: Signal, expected: str) -> None:
    assert address_for(ping, signal, RUN) == expected


@pytest.mark.parametrize(
    ("outcome", "again", "signal"),
    [
        ("succeeded", False, Signal.SUCCESS),
        ("warned", False, Signal.SUCCESS),
        ("skipped", False, Signal.SUCCESS),
        ("failed", False, Signal.FAIL),
        ("failed", True, Signal.LOG),
        ("timed_out", False, Signal.FAIL),
        ("lost", False, Signal.FAIL),
        ("lost", True, Signal.LOG),
        ("cancelled", False, Signal.LOG),
    ],
)
def test_what_the_end_of_a_run_means(outcome: str, again: bool, signal: Signal) -> None:
    assert signal_of(Outcome(outcome), again=again) is signal


@pytest.mark.parametrize(("status", "forever"), [(404, True), (409, True), (429, False), (500, False)])
def test_errors(receiver: Receiver, status: int, forever: bool) -> None:
    receiver.status = status
    with pytest.raises(Undelivered, match=f"^HTTP status {status}$") as caught:
        deliver(receiver.ping, "x")
    assert caught.value.forever is forever


def test_a_server_that_is_not_there_or_talks_nonsense(receiver: Receiver) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
    with pytest.raises(Undelivered, match="refused"):
        deliver(f"http://127.0.0.1:{port}/", "x")
    with pytest.raises(Undelivered):
        deliver("http://nowhere.invalid/", "x")


def test_a_long_text_is_cut_to_its_end(receiver: Receiver) -> None:
    deliver(receiver.ping, "x" * 20_000 + "the end")
    [hit] = receiver.hits
    assert len(hit.body) == 10_000 and hit.body.endswith("the end")


def test_starts_and_ends_of_a_run_go_out_with_one_id(receiver: Receiver, store: Store) -> None:
    told: list[events.Event] = []

    async def live() -> None:
        pings = Pings(Path("s.db"), "host", SystemClock(), Stuck(store, SystemClock(), told.append), first_pause=0.01)
        task = make_task("backup", ping=receiver.ping)
        pings(events.ConfigInForce("demo", "UTC", Path("linodctl.yaml"), (task, make_task("other")), {}))
        for run_id, name in ((1, "backup"), (2, "other")):
            pings(events.RunStarted(run_id, name, Trigger.SCHEDULE, NOON, 1, LogLevel.INFO))
            result = Result(Outcome.FAILED, reason="no disk", error="Traceback: no disk")
            pings(events.RunEnded(run_id, name, result, 1.0, LogLevel.INFO))
        await asyncio.to_thread(pings.close, 20.0)

    asyncio.run(live())
    start, fail = receiver.hits
    assert start.path.startswith("/ping-s3cret/start?rid=")
    assert fail.path == start.path.replace("/start", "/fail")
    assert "failed: no disk" in fail.body and "Traceback: no disk" in fail.body
    assert told == []


def test_what_does_not_arrive_is_told_once_for_all_tasks_and_noted(store: Store) -> None:
    told: list[events.Event] = []

    async def live() -> None:
        clock = SystemClock()
        pings = Pings(Path("s.db"), "host", clock, Stuck(store, clock, told.append), first_pause=0.001)
        tasks = tuple(make_task(name, ping=f"http://127.0.0.1:1/s3cret/{name}") for name in "abc")
        pings(events.ConfigInForce("demo", "UTC", Path("linodctl.yaml"), tasks, {}))
        for number, task in enumerate(tasks):
            pings(events.RunStarted(number, task.name, Trigger.SCHEDULE, NOON, 1, LogLevel.INFO))
        while not told:
            await asyncio.sleep(0.01)
        await asyncio.to_thread(pings.close, 20.0)

    asyncio.run(live())
    [event] = told
    assert event == events.Undelivered("pings: http://127.0.0.1/***", "Connection refused", given_up=False)
    [noted] = store.note(UNDELIVERED)
    assert noted["to"] == "pings: http://127.0.0.1/***" and "s3cret" not in str(noted)
