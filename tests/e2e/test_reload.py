"""Reload: no slot dropped, no run disturbed, whatever stands in the config; and `status` tells what is in force."""

from __future__ import annotations

import itertools
import os
import signal
import sqlite3
from collections.abc import Callable
from contextlib import closing
from datetime import datetime

from sites import SiteFolder, is_gone, signal_and_wait

MakeSite = Callable[[str], SiteFolder]

LONG_AND_SHORT = """
include: [conf.d/*.yaml]
env_file: secrets.env
drain: 1s
procedures:
  quick: {func: jobs.quick, every: 1 second, missed: all, overlap: queue_all}
  waits: {func: jobs.until_cancelled, every: never}
"""


def make(make_site: MakeSite) -> SiteFolder:
    site = make_site(LONG_AND_SHORT)
    (site.folder / "conf.d").mkdir()
    (site.folder / "secrets.env").write_text("A=1\n")
    return site


def reloads(site: SiteFolder) -> int:
    return site.log().count("config reloaded")


def test_many_reloads_drop_no_slot_and_disturb_no_run(make_site: MakeSite) -> None:
    site = make(make_site)
    with site.runner() as runner:
        site.cli("trigger", "waits")
        worker = site.wait_for_line("start", "waits")[2]
        for number in range(1, 5):
            new = "".join(f"  new{task}: {{func: jobs.quick, every: never}}\n" for task in range(number))
            site.config.write_text(LONG_AND_SHORT + new)
            for _ in range(50):  # a storm is one reload, and one more for what came while it was under way
                runner.send_signal(signal.SIGHUP)
            site.wait_for(lambda tasks=f"{2 + number} tasks": f"reloaded, {tasks}" in site.log(), "it is in force")  # type: ignore[misc]
        site.wait_for(lambda: len(site.lines("start")) >= 4, "slots go on")
        assert "waits" in [run["task"] for run in site.cli("status")["running"]]
        assert not is_gone(int(worker)), "the same worker, still at work"
        assert [line[2] for line in site.lines("start") if line[1] == "waits"] == [worker]
        assert reloads(site) < 25
        site.cli("cancel", "waits")
        assert site.wait_for_end("waits")["outcome"] == "cancelled"
        assert signal_and_wait(runner, signal.SIGTERM) == 0
    with closing(sqlite3.connect(site.state)) as db:
        rows = db.execute("SELECT slot, outcome FROM runs WHERE task = 'quick' ORDER BY slot").fetchall()
        assert db.execute("SELECT count(*) FROM skips").fetchone() == (0,)
    assert {outcome for _, outcome in rows} == {"succeeded"}
    slots = [datetime.fromisoformat(slot) for slot, _ in rows]
    assert {(later - earlier).total_seconds() for earlier, later in itertools.pairwise(slots)} == {1.0}


def test_status_tells_what_is_in_force_and_what_is_on_disk(make_site: MakeSite) -> None:
    site = make(make_site)
    with site.runner() as runner:
        site.wait_for(lambda: site.cli("status")["config_changed"] == [], "it has noted down what it read")
        os.utime(site.config)
        assert site.cli("status")["config_changed"] == [], "touched is not changed"

        (site.folder / "secrets.env").write_text("A=2\n")
        more = site.folder / "conf.d" / "more.yaml"
        more.write_text("procedures: {more: {func: jobs.quick, every: never}}\n")
        assert site.cli("status")["config_changed"] == [str(site.folder / "secrets.env"), str(more)]
        page = site.plain("status").stdout
        assert "the config on disk is not what runs (secrets.env, conf.d/more.yaml)" in page
        assert "reload" in page

        more.write_text("nonsense: 1\n")
        runner.send_signal(signal.SIGHUP)
        site.wait_for(lambda: "the old one goes on" in site.log(), "it is rejected")
        found = site.wait_for(lambda: (told := site.cli("status"))["config_error"] and told, "status shows it")
        assert "conf.d/more.yaml:1:1: nonsense: unknown option" in found["config_error"]
        assert "nonsense: unknown option" in found["config_problems"]
        assert (found["alive"], found["site"]) == (True, site.folder.name)
        page = site.plain("status").stdout
        assert page.count("nonsense: unknown option") == 1
        assert "the runner is alive" in page.splitlines()[0]

        more.unlink()
        runner.send_signal(signal.SIGHUP)
        site.wait_for(lambda: reloads(site) == 1, "it is in force")
        found = site.wait_for(lambda: (told := site.cli("status"))["config_error"] is None and told, "all is well")
        assert (found["config_changed"], found["config_problems"]) == ([], None)


def test_a_setup_that_fails_at_a_reload_leaves_the_old_code_in_force(make_site: MakeSite) -> None:
    site = make(make_site)
    (site.folder / "broken.py").write_text("def start(): raise RuntimeError('no database')\n")
    with site.runner() as runner:
        site.config.write_text("setup: broken.start\n" + LONG_AND_SHORT)
        runner.send_signal(signal.SIGHUP)
        site.wait_for(lambda: "the old one goes on" in site.log(), "it is rejected")
        assert "no database" in site.log()
        before = len(site.lines("start"))
        site.wait_for(lambda: len(site.lines("start")) > before, "runs go on")
        assert "no database" in site.wait_for(lambda: site.cli("status")["config_error"], "status shows it")


def test_a_file_that_comes_to_a_folder_named_as_the_config_is_read_at_a_reload(make_site: MakeSite) -> None:
    site = make_site("")
    site.config.unlink()
    site.config = site.folder / "conf"
    site.config.mkdir()
    first, more = site.config / "10.yaml", site.config / "20.yaml"
    first.write_text(
        "{state: ../linodctl.db, pythonpath: [..], procedures: {quick: {func: jobs.quick, every: never}}}\n"
    )
    with site.runner() as runner:
        site.wait_for(lambda: site.cli("status")["config_changed"] == [], "it has noted down what it read")
        more.write_text("procedures: {more: {func: jobs.quick, every: startup}}\n")
        assert site.cli("status")["config_changed"] == [str(more)]
        runner.send_signal(signal.SIGHUP)
        site.wait_for(lambda: "config reloaded, 2 tasks" in site.log(), "it is in force")
        site.wait_for(lambda: site.cli("status")["config_changed"] == [], "it has noted that down")
        assert site.cli("trigger", "more", "--wait")[0]["outcome"] == "succeeded"
