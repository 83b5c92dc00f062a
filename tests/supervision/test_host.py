"""From events to messages: what is told when, and that the watchdog is fed by passes on record alone."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from fake_host import FakeHost, fake_host

from linodctl import events
from linodctl.supervision.host import HEARTBEAT, PAUSE, Host
from linodctl.supervision.notify_socket import Demands, NotifySocket
from linodctl.supervision.status_line import LONGEST, Facts, status_line
from linodctl.testing import FakeClock

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
DAILY = events.ConfigInForce("demo", "Europe/Tallinn", Path("linodctl.yaml"), (), {})
PASS = events.PassRecorded(2, NOON)


@pytest.fixture
def ear(tmp_path: Path) -> Iterator[FakeHost]:
    with fake_host(str(tmp_path / "notify")) as host:
        yield host


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


def make(ear: FakeHost, clock: FakeClock, watchdog: float | None = 100.0) -> Host:
    return Host(Demands(NotifySocket(ear.address), watchdog), clock, main_pid=4711)


def told(ear: FakeHost) -> list[set[str]]:
    """The messages that are there, without their status."""
    return [
        {f"{key}={value}" for key, value in each.items() if key != "STATUS"} for each in ear.wait_until_quiet(0.001)
    ]


def hear(host: Host, *heard: events.Event) -> None:
    for event in heard:
        host(event)


def on_loop(story: Callable[[], Awaitable[None]]) -> None:
    async def wait() -> None:
        await story()

    asyncio.run(wait())


def test_a_life(ear: FakeHost, clock: FakeClock) -> None:
    async def story() -> None:
        host = make(ear, clock)
        host.begin()
        assert told(ear) == [{"EXTEND_TIMEOUT_USEC=600000000"}]
        hear(host, DAILY)
        assert told(ear) == [], "not before the first pass is on record"
        hear(host, PASS)
        assert told(ear) == [{"READY=1", "MAINPID=4711", "WATCHDOG=1"}]
        clock.advance(60)
        hear(host, events.ConfigReloading())
        assert told(ear) == [{"RELOADING=1", "MONOTONIC_USEC=60000000"}]
        clock.advance(60)
        hear(host, PASS)
        assert told(ear) == [{"WATCHDOG=1"}], "work goes on while the config is read"
        hear(host, events.ConfigReloaded(3))
        assert told(ear) == [{"READY=1", "MAINPID=4711"}]
        hear(host, events.RunnerStopping("got SIGTERM", 2, 600.0))
        assert told(ear) == [{"STOPPING=1", "EXTEND_TIMEOUT_USEC=90000000"}]
        clock.advance(60)
        hear(host, PASS)
        assert told(ear) == [{"WATCHDOG=1", "EXTEND_TIMEOUT_USEC=90000000"}], "a long drain is no hang"
        host.end("stopped")
        assert told(ear) == [{"STOPPING=1"}]

    on_loop(story)


@pytest.mark.parametrize("end", [events.ConfigReloaded(1), events.ConfigRejected("evry"), events.ReloadFailed("disk")])
def test_each_end_of_a_reload_is_told(end: events.Event, ear: FakeHost, clock: FakeClock) -> None:
    async def story() -> None:
        host = make(ear, clock)
        hear(host, PASS, events.ConfigReloading(), end)
        assert "READY=1" in told(ear)[-1]

    on_loop(story)


def test_options_set_at_run_time_are_no_reload(ear: FakeHost, clock: FakeClock) -> None:
    async def story() -> None:
        hear(make(ear, clock), PASS, events.ConfigReloaded(1))
        assert len(told(ear)) == 1

    on_loop(story)


def test_trouble_is_told_but_does_not_feed(ear: FakeHost, clock: FakeClock) -> None:
    async def story() -> None:
        host = make(ear, clock)
        hear(host, PASS)
        told(ear)
        clock.advance(60)
        hear(host, events.Trouble("the disk is full", "state"))
        message = ear.wait_for("STATUS=TROUBLE: the disk is full; ")
        assert "WATCHDOG" not in message
        clock.advance(60)
        hear(host, events.Mended("state", "it can be written"))
        assert "WATCHDOG" not in ear.wait_for("STATUS=2 runs going on")
        clock.advance(60)
        hear(host, PASS)
        assert "WATCHDOG=1" in told(ear)[0]

    on_loop(story)


def test_a_busy_site_does_not_keep_the_host_busy_and_the_last_word_comes(ear: FakeHost, clock: FakeClock) -> None:
    async def story() -> None:
        host = make(ear, clock, watchdog=0.4)
        hear(host, PASS, *[events.PassRecorded(running, NOON) for running in range(100)])
        await asyncio.to_thread(ear.wait_for, "99 runs going on")
        assert len(ear.messages) == 2

    on_loop(story)


@pytest.mark.parametrize(
    ("watchdog", "beat"), [(None, HEARTBEAT), (300.0, HEARTBEAT), (59.0, 29), (20.0, 10), (2.0, 1), (0.5, 1)]
)
def test_signs_of_life_come_as_often_as_the_watchdog_wants(
    watchdog: float | None, beat: int, ear: FakeHost, clock: FakeClock
) -> None:
    assert make(ear, clock, watchdog).beat_every == beat
    assert watchdog is None or watchdog < 2 or beat + min(PAUSE, watchdog / 4) < watchdog


def test_nobody_is_told_without_a_host(clock: FakeClock) -> None:
    host = Host(Demands(NotifySocket(), None), clock)
    host.begin()
    hear(host, DAILY, PASS, events.Trouble("no loop is needed", "state"), PASS)
    host.end("stopped")


@pytest.mark.parametrize(
    ("facts", "line"),
    [
        (Facts(), "starting"),
        (Facts(ready=True), "nothing runs; nothing is due"),
        (Facts(ready=True, running=1, next_due=NOON), "1 run going on; next due 2026-03-02 12:00:00+00:00"),
        (Facts(ready=True, reloading=True), "nothing runs; nothing is due; reading the config again"),
        (Facts(stopping="got SIGTERM", running=3), "stopping: got SIGTERM; waiting for 3 runs to end"),
        (Facts(stopping="its time is over"), "stopping: its time is over"),
        (Facts(troubles={"state": "no\nroom"}), "TROUBLE: no\\nroom; starting"),
    ],
)
def test_the_status_line(facts: Facts, line: str) -> None:
    assert status_line(facts) == line


def test_the_status_line_is_short_and_masked() -> None:
    line = status_line(Facts(troubles={"a": "password=hunter22 " + "x" * 1000}))
    assert len(line) == LONGEST and "hunter22" not in line
