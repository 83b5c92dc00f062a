"""The thread that delivers, against a real server that is down, slow, or answers with errors."""

from __future__ import annotations

import sys
import threading
from functools import partial
from queue import SimpleQueue

import pytest
from receiver import Receiver

from linodctl.clock import SystemClock
from linodctl.notify import ping, post
from linodctl.notify.message import Message, Tone
from linodctl.notify.sender import Job, Report, Sender, Undelivered

PATIENCE = 20.0
HELLO = Message("[demo] hello", "first line\n  second", Tone.FAILURE)


class Bench:
    """A sender with short pauses, and what it reports."""

    def __init__(self, first_pause: float = 0.01) -> None:
        self.reports: SimpleQueue[Report] = SimpleQueue()
        self.sender = Sender("test", self.reports.put, SystemClock(), first_pause)

    def post(self, address: str, title: str = "", *, life: float = 60.0, key: str = "") -> Job:
        message = Message(title or HELLO.title, HELLO.body, HELLO.tone)
        job = Job(key or address, "shown", partial(post.deliver, address, message), life)
        self.sender.put(job)
        return job

    def next(self) -> Report:
        return self.reports.get(timeout=PATIENCE)

    def next_settled(self) -> Report:
        while True:
            report = self.next()
            if report.arrived or report.given_up:
                return report


def test_a_message_arrives_whole(receiver: Receiver) -> None:
    bench = Bench()
    bench.post(receiver.alerts)
    assert bench.next().arrived
    [hit] = receiver.hits
    assert (hit.json["title"], hit.json["message"], hit.json["type"]) == (HELLO.title, HELLO.body, "failure")


def test_a_server_that_is_down_gets_all_in_order_when_it_is_up_again(receiver: Receiver) -> None:
    bench = Bench()
    receiver.down()
    for title in ("one", "two", "three"):
        bench.post(receiver.alerts, title)
    failed = bench.next()
    assert not failed.arrived and "onnection" in failed.why
    assert "s3cret" not in failed.why
    receiver.up()
    assert [bench.next_settled().arrived for _ in range(3)] == [True, True, True]
    assert [hit.json["title"] for hit in receiver.hits] == ["one", "two", "three"]


def test_an_error_of_the_server_is_told_and_tried_again(receiver: Receiver) -> None:
    bench = Bench()
    receiver.status = 500
    bench.post(receiver.alerts)
    report = bench.next()
    assert (report.arrived, report.given_up) == (False, False)
    assert "500" in report.why
    receiver.status = 200
    assert bench.next_settled().arrived


def test_what_does_not_arrive_in_its_time_is_given_up(receiver: Receiver) -> None:
    bench = Bench()
    receiver.status = 500
    bench.post(receiver.alerts, "old", life=0.0)
    assert bench.next().given_up
    receiver.status = 200
    bench.post(receiver.alerts, "new")
    assert bench.next().arrived
    assert [hit.json["title"] for hit in receiver.hits] == ["old", "new"]


def test_a_dead_address_does_not_hold_up_others(receiver: Receiver) -> None:
    bench = Bench()
    for number in range(3):
        bench.post(f"json://127.0.0.1:1/{number}")
    bench.post(receiver.alerts)
    receiver.wait_for(lambda hits: hits, "the message to the living one")


def test_a_newer_ping_takes_the_place_of_those_that_failed(receiver: Receiver) -> None:
    bench = Bench(first_pause=3600.0)
    receiver.down()
    old, new = (Job("k", "s", partial(ping.deliver, receiver.ping, body), 60.0) for body in ("old", "new"))
    bench.sender.put(old, replaces=True)
    assert not bench.next().arrived
    bench.sender.put(new, replaces=True)
    assert list(bench.sender._lanes["k"].jobs) == [new]


def test_what_is_withdrawn_is_not_sent(receiver: Receiver) -> None:
    bench = Bench()
    receiver.down()
    bench.post(receiver.alerts, "first").withdrawn = True
    bench.post(receiver.alerts, "second")
    receiver.up()
    assert bench.next_settled().arrived
    assert [hit.json["title"] for hit in receiver.hits] == ["second"]


def test_closing_waits_for_what_is_on_its_way_but_not_for_what_can_not_be_sent(receiver: Receiver) -> None:
    bench = Bench(first_pause=3600.0)
    receiver.gate.clear()
    bench.post("json://127.0.0.1:1/dead")
    bench.post(receiver.alerts)
    assert receiver.asked.wait(PATIENCE)
    closing = threading.Thread(target=bench.sender.close, args=(PATIENCE,))
    closing.start()
    receiver.gate.set()
    closing.join(PATIENCE)
    assert not closing.is_alive()
    assert {bench.next().arrived, bench.next().arrived} == {True, False}


def test_an_unexpected_error_tells_its_kind_only() -> None:
    def burst() -> None:
        raise RuntimeError("at slack://s3cret")

    bench = Bench()
    bench.sender.put(Job("k", "shown", burst, 0.0))
    assert bench.next().why == "an unexpected RuntimeError"


def test_without_the_extra_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "apprise", None)
    assert not post.is_installed()
    with pytest.raises(Undelivered, match=r"pip install 'linodctl\[notify\]'"):
        post.deliver("json://127.0.0.1:1", HELLO)


@pytest.mark.parametrize(
    ("address", "understood"),
    [("json://localhost", True), ("mailto://me:pw@example.com", True), ("nosuch://x", False), ("slack://short", False)],
)
def test_apprise_says_whether_it_understands_an_address(
    address: str, understood: bool, capfd: pytest.CaptureFixture[str]
) -> None:
    assert post.is_understood(address) is understood
    assert capfd.readouterr() == ("", ""), "what it complains about may tell the address"


@pytest.mark.parametrize(
    ("address", "text", "expected"),
    [
        ("slack://TOKEN/B12", "posting to https://hooks/token/B12 failed", "posting to https://hooks/***/*** failed"),
        ("mailto://me:p%40ss@example.com", "p@ss of me@example.com refused", "*** of me@*** refused"),
        ("json://x", "a\x1b[31m", "a\\x1b[31m"),
    ],
)
def test_nothing_of_an_address_stays_in_what_is_told(address: str, text: str, expected: str) -> None:
    assert post.without(address, text) == expected
