"""The runner's first moments: it can be stopped and signalled in each of them, and tells what it found."""

from __future__ import annotations

import os
import signal
import sqlite3
import time
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime, timedelta

import pytest
from sites import SiteFolder, is_gone, signal_and_wait

from linodctl.identity import boot_id, process_started

MakeSite = Callable[[str], SiteFolder]

SLOW = """
import os, time
from pathlib import Path

def hang(where):
    Path(os.environ["JOURNAL"]).write_text(f"{where} {os.getpid()}")
    time.sleep(300)
"""
SETUP = "setup: slow_setup.start\nprocedures: {quick: {func: jobs.quick, every: 1 second}}\n"
PROBING = "procedures: {quick: {func: slow_module.quick, every: 1 second}}\n"
DISCOVERING = "discover: [slow_module]\nprocedures: {quick: {func: jobs.quick, every: 1 second}}\n"
PRELOADING = "preload: [slow_module]\nprocedures: {quick: {func: jobs.quick, every: 1 second}}\n"


@pytest.mark.parametrize("config", [SETUP, PRELOADING, PROBING, DISCOVERING], ids=lambda config: config[:10])
def test_sigterm_ends_a_start_wherever_it_is(make_site: MakeSite, config: str) -> None:
    site = make_site(config)
    (site.folder / "slow.py").write_text(SLOW)
    (site.folder / "slow_setup.py").write_text("import slow\ndef start(): slow.hang('setup')\n")
    (site.folder / "slow_module.py").write_text("import slow\nslow.hang('import')\n")
    runner = site.start()
    (where, pid), *_ = site.wait_for(site.lines, "it hangs in the site's code")
    runner.send_signal(signal.SIGHUP)
    assert signal_and_wait(runner, signal.SIGTERM) == 0
    site.wait_for(lambda: is_gone(int(pid)), f"what hung in {where} is gone")
    lines = site.log().splitlines()
    assert len(lines) == 1 and lines[0].endswith("runner stopped: got SIGTERM"), lines
    with closing(sqlite3.connect(site.state)) as db:
        assert db.execute("SELECT count(*) FROM runners").fetchone() == (0,), "it never began"


def test_a_storm_of_sighups_does_not_end_a_runner_that_starts(make_site: MakeSite) -> None:
    site = make_site("procedures: {quick: {func: jobs.quick, every: 1 second}}")
    runner = site.start()
    site.wait_for(site.state.with_name("linodctl.db.lock").exists, "it begins")
    for _ in range(100):
        runner.send_signal(signal.SIGHUP)
        time.sleep(0.005)
    site.wait_for(lambda: site.answers(runner.pid), "it goes to work")
    assert signal_and_wait(runner, signal.SIGTERM) == 0


# --- what it finds --------------------------------------------------------------------------------

AWAY = """
drain: 1s
procedures:
  waits: {func: jobs.sleepy, every: never, grace: 1s}
  latest: {func: jobs.quick, every: 1 second}
  every: {func: jobs.quick, every: 1 second, missed: all, overlap: queue_all}
"""


def test_after_an_unclean_end_log_and_status_tell_what_became_of_it(make_site: MakeSite) -> None:
    site = make_site(AWAY)
    with site.runner() as runner:
        site.cli("trigger", "waits")
        site.wait_for_line("start", "waits")
        runner.kill()
        runner.wait()
        page = site.plain("status").stdout
        assert "did not say goodbye" in page and "died      waits: run" in page
    with closing(sqlite3.connect(site.state)) as db:  # it died a while ago
        earlier = (datetime.now(UTC) - timedelta(seconds=60)).isoformat(timespec="microseconds")
        db.execute("UPDATE runners SET heartbeat = ?", [earlier])
        db.execute("UPDATE tasks SET settled = ?, anchor = ?", [earlier, earlier])
        db.commit()
    site.folder.joinpath("runner.log").unlink()
    with site.runner():
        found = site.wait_for(lambda: site.cli("status")["recovery"], "it is told")
        first, second = site.log().splitlines()[:2]
        assert "ended without a word, last seen alive" in first
        assert "nobody was there for 1m" in second and "1 run lost, waits (run " in second, second
        assert "caught up, every 6" in second and "skipped, latest " in second, second
        page = site.plain("status").stdout
    assert found["unclean"] is True
    assert [run["task"] for run in found["lost"]] == ["waits"]
    assert found["caught_up"]["latest"] == 1 and found["caught_up"]["every"] >= 60
    assert set(found["skipped"]) == {"latest"} and found["skipped"]["latest"] >= 59
    away = datetime.fromisoformat(found["until"]) - datetime.fromisoformat(found["since"])
    assert timedelta(seconds=60) <= away < timedelta(seconds=100)
    (line,) = [line for line in page.splitlines() if line.startswith("came back ")]
    assert "without a runner; 1 run lost: waits (run " in line and "slots caught up" in line


def test_a_sites_first_runner_and_one_after_a_clean_end_have_nothing_to_tell(make_site: MakeSite) -> None:
    site = make_site("procedures: {quick: {func: jobs.quick, every: never}}")
    for unclean in (None, False):
        with site.runner() as runner:
            told = site.wait_for(lambda: site.cli("status")["since"] and site.cli("status"), "it works")
            recovery = told["recovery"]
            assert (recovery and recovery["unclean"]) is unclean
            assert signal_and_wait(runner, signal.SIGTERM) == 0
    assert "nobody was there" not in site.log() and "came back" not in site.plain("status").stdout


@pytest.mark.parametrize("forged", ["another start", "another boot"])
def test_a_pid_that_belongs_to_another_process_by_now_is_not_believed(make_site: MakeSite, forged: str) -> None:
    """Neither as the runner, which would keep the new one out, nor as a worker, which would be killed."""
    site = make_site("procedures: {quick: {func: jobs.quick, every: never}}")
    assert site.plain("run", "--once").returncode == 0
    me = os.getpid()
    started = "1" if forged == "another start" else str(process_started(me))
    boot = boot_id() if forged == "another start" else "another-boot"
    now = datetime.now(UTC).isoformat(timespec="microseconds")
    with closing(sqlite3.connect(site.state)) as db:
        db.execute(
            "INSERT INTO runners (site, version, pid, pid_started, host, boot_id, started, heartbeat) "
            "VALUES ('s', '1', ?, ?, 'host', ?, ?, ?)",
            [me, started, boot, now, now],
        )
        db.execute(
            "INSERT INTO runs (task, procedure, trigger, scheduled_for, attempt, log_level, start_time, pid, "
            "pid_started, owner) VALUES ('quick', 'quick', 'request', ?, 1, 'INFO', ?, ?, ?, ?)",
            [now, now, me, started, f"{me + 1}/{started}/{boot}"],
        )
        db.commit()
    with site.runner():  # killed by it, this process would not see the end of this test
        assert site.wait_for_end("quick")["outcome"] == "lost"


def test_a_living_runner_is_believed(make_site: MakeSite) -> None:
    site = make_site("procedures: {quick: {func: jobs.quick, every: never}}")
    assert site.plain("run", "--once").returncode == 0
    now = datetime.now(UTC).isoformat(timespec="microseconds")
    with closing(sqlite3.connect(site.state)) as db:
        db.execute(
            "INSERT INTO runners (site, version, pid, pid_started, host, boot_id, started, heartbeat) "
            "VALUES ('s', '1', ?, ?, 'host', ?, ?, ?)",
            [os.getpid(), process_started(os.getpid()), boot_id(), now, now],
        )
        db.commit()
    refused = site.plain("run")
    assert refused.returncode == 4 and f"the runner with pid {os.getpid()}" in refused.stderr
