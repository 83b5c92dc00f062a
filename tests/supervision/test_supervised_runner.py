"""What a host is told by a real runner, and what it is not told when there is no reason to."""

from __future__ import annotations

import signal
import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from fake_host import FakeHost, fake_host
from sites import SiteFolder, signal_and_wait

CONFIG = """
timezone: Europe/Tallinn
drain: 1h
procedures:
  tells: {func: "linodctl.procedures:shell", every: startup, args: {command: "env > $ENV_FILE"}}
  waits: {func: jobs.until_cancelled, every: never}
  yearly: {func: jobs.quick, every: year on 24 december at 18:00}
"""
WATCHDOG = 2
"""Seconds: a sign of life comes each second."""


@pytest.fixture
def site(tmp_path: Path) -> SiteFolder:
    return SiteFolder(tmp_path, CONFIG)


@pytest.fixture
def host(site: SiteFolder) -> Iterator[FakeHost]:
    with fake_host(f"@linodctl-test-{site.folder}") as listening:
        site.env |= {
            "NOTIFY_SOCKET": listening.address,
            "WATCHDOG_USEC": str(WATCHDOG * 1_000_000),
            "ENV_FILE": str(site.folder / "env"),
        }
        yield listening


def test_a_runners_life(site: SiteFolder, host: FakeHost) -> None:
    with site.runner() as runner:
        ready = host.wait_for("READY=1")
        assert int(ready["MAINPID"]) == runner.pid
        assert host.messages[0]["STATUS"] == "starting" and int(host.messages[0]["EXTEND_TIMEOUT_USEC"]) > 0
        with closing(sqlite3.connect(site.state)) as db:
            assert db.execute("SELECT pid FROM runners").fetchall() == [(runner.pid,)]
            assert db.execute("SELECT task FROM runs").fetchall() == [("tells",)], "the first tick is on record, too"
        assert "-12-24 18:00:00+02:00" in host.wait_for("STATUS=nothing runs; next due")["STATUS"]
        for _ in range(2):
            host.wait_for("WATCHDOG=1")
        assert site.plain("run").returncode == 4
        assert f"pid {runner.pid}" in host.wait_for("STATUS=ended: ")["STATUS"], "who can't start says why"

        before = time.clock_gettime_ns(time.CLOCK_MONOTONIC) // 1000
        runner.send_signal(signal.SIGHUP)
        reloading = host.wait_for("RELOADING=1")
        assert int(reloading["MONOTONIC_USEC"]) >= before
        assert "READY" not in reloading
        host.wait_for("READY=1")
        site.config.write_text(CONFIG + "  wrong: {evry: day}\n")
        runner.send_signal(signal.SIGHUP)
        host.wait_for("RELOADING=1")
        assert "the config on disk has problems" in host.wait_for("READY=1")["STATUS"]

        site.config.write_text(CONFIG)
        site.cli("trigger", "waits")
        site.wait_for_line("start", "waits")
        runner.send_signal(signal.SIGTERM)
        assert "waiting for 1 run to end" in host.wait_for("STOPPING=1")["STATUS"]
        for _ in range(2):
            host.wait_for("WATCHDOG=1", "EXTEND_TIMEOUT_USEC=", "waiting for 1 run to end")
        assert signal_and_wait(runner, signal.SIGTERM) == 0
        assert host.wait_for("STATUS=stopped")["STOPPING"] == "1"
    inherited = (site.folder / "env").read_text()
    assert "JOURNAL=" in inherited and "NOTIFY_SOCKET" not in inherited and "WATCHDOG" not in inherited


def test_the_watchdog_is_not_fed_while_nothing_can_be_recorded(site: SiteFolder, host: FakeHost) -> None:
    with site.runner():
        host.wait_for("WATCHDOG=1")
        with closing(sqlite3.connect(site.state, isolation_level=None)) as db:
            db.execute("BEGIN IMMEDIATE")
            host.wait_for("STATUS=TROUBLE: ", "is locked by another process")
            unwell = site.cli("health", code=4)
            assert unwell["verdict"] == "trouble" and "is locked by another process" in unwell["text"]
            assert [each for each in host.wait_until_quiet(WATCHDOG) if "WATCHDOG" in each] == []
            db.execute("ROLLBACK")
        host.wait_for("WATCHDOG=1", without="TROUBLE")
        assert site.plain("health").stdout.startswith("healthy: the runner (pid ")


def test_a_hung_runner_is_not_certified_and_says_where_it_hangs(site: SiteFolder, host: FakeHost) -> None:
    with site.runner() as runner:
        host.wait_for("WATCHDOG=1")
        runner.send_signal(signal.SIGSTOP)
        host.wait_until_quiet(0.01)  # what was on its way
        assert host.wait_until_quiet(WATCHDOG) == []
        runner.send_signal(signal.SIGABRT)  # as systemd does then
        runner.send_signal(signal.SIGCONT)
        assert runner.wait() == -signal.SIGABRT
    assert "Fatal Python error: Aborted" in site.log()
