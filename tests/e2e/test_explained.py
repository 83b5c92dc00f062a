"""Skips that a real runner makes, read through the real `explain`: one for every reason there is."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sites import SiteFolder

MakeSite = Callable[[str], SiteFolder]

BUSY = """
limits: {one: 1}
procedures:
  overlap: {func: jobs.until_cancelled, every: 1 second}
  holder: {func: jobs.until_cancelled, every: startup, use: [one]}
  limit: {func: jobs.quick, every: 1 second, use: [one]}
  disabled: {func: jobs.quick, every: 1 second}
  procedure: {func: choosing.not_today, every: 1 second}
"""
CHOOSING = """
from linodctl import Skip


def not_today():
    raise Skip("nothing to do")
"""
COUNTED = """
limits: {one: 1}
procedures:
  a: {func: jobs.until_cancelled, every: 1 second, count: 1, overlap: allow, use: [one]}
  holder: {func: jobs.until_cancelled, every: never, use: [one]}
"""
AWAY = """
procedures:
  superseded: {func: jobs.quick, every: 1 second, tolerance: 1s}
  missed: {func: jobs.quick, every: 1 second, missed: skip, tolerance: 1s}
"""


def skipped(site: SiteFolder, task: str, reason: str) -> dict[str, Any]:
    """What `explain` says of the task's newest slot that was skipped for this reason, once there is one."""

    def found() -> dict[str, Any] | None:
        rows = site.history(task) if site.state.exists() else []
        return next((row for row in rows if (row["outcome"], row["reason"]) == ("skipped", reason)), None)

    return explained(site, task, site.wait_for(found, f"{task} is skipped ({reason})")["scheduled_for"], reason)


def explained(site: SiteFolder, task: str, slot: str, reason: str) -> dict[str, Any]:
    answer: dict[str, Any] = site.cli("explain", task, "--at", slot)
    assert (answer["verdict"], answer["reason"]) == ("skipped", reason)
    assert datetime.fromisoformat(answer["slot"]) == datetime.fromisoformat(slot)
    return answer


def wait_until(site: SiteFolder, seconds: float) -> None:
    """Until so much time has passed that slots which nobody could start lie in it."""
    end = time.monotonic() + seconds
    site.wait_for(lambda: time.monotonic() > end, f"{seconds} s have passed")


def test_what_a_busy_runner_skips(make_site: MakeSite) -> None:
    site = make_site(BUSY)
    (site.folder / "choosing.py").write_text(CHOOSING)
    with site.runner():
        site.wait_for_line("start", "disabled")
        site.cli("disable", "disabled", "--reason", "maintenance")
        answers = {task: skipped(site, task, task) for task in ("overlap", "limit")}
        site.cli("enable", "disabled")
        answers["disabled"] = skipped(site, "disabled", "disabled")
        run = site.wait_for_end("procedure", "skipped")
        assert explained(site, "procedure", run["scheduled_for"], "procedure")["run_id"] == run["run_id"]
        first, holder = site.history("overlap")[-1], site.history("holder")[0]
    assert answers["overlap"]["run_id"] == first["run_id"]
    assert f"busy with run {first['run_id']}, which started at" in answers["overlap"]["text"]
    assert f"limit 'one' (1) was full: run {holder['run_id']} of holder since" in answers["limit"]["text"]
    assert "the task was disabled since" in answers["disabled"]["text"]
    assert answers["disabled"]["text"].count("(maintenance)") == 1


def test_a_slot_that_waits_while_the_count_is_used_up(make_site: MakeSite) -> None:
    site = make_site(COUNTED)
    site.cli("trigger", "holder")
    with site.runner():
        site.wait_for_line("start", "holder")
        wait_until(site, 2.5)
        site.cli("cancel", "holder")
        site.wait_for_line("start", "a")
        site.cli("cancel", "a")
        answer = skipped(site, "a", "count_reached")
    assert "1 runs were allowed" in answer["text"]


def test_what_a_runner_that_was_frozen_gives_up(make_site: MakeSite) -> None:
    site = make_site(AWAY)
    with site.runner() as runner:
        site.wait_for(lambda: {"superseded", "missed"} <= {row[1] for row in site.lines("start")}, "both ran")
        os.kill(runner.pid, signal.SIGSTOP)
        wait_until(site, 3.5)
        os.kill(runner.pid, signal.SIGCONT)
        answers = {task: skipped(site, task, task) for task in ("superseded", "missed")}
    assert "'missed: latest' keeps only the slot" in answers["superseded"]["text"]
    assert "'missed: skip'" in answers["missed"]["text"]


def test_what_nobody_was_there_to_run(make_site: MakeSite) -> None:
    site = make_site("procedures: {a: {func: jobs.quick, every: 1 second}}")
    with site.runner() as runner:
        site.wait_for_line("start", "a")
        runner.kill()
        runner.wait()
        wait_until(site, 2.5)
        now = datetime.now(UTC).isoformat()
        answer = site.cli("explain", "a", "--at", now)
        assert (answer["verdict"], answer["reason"]) == ("waiting", "runner_down")
        assert "No runner is alive (the last sign of one was at" in answer["text"]
        assert site.cli("explain", "a")["reason"] == "runner_down"
    with site.runner():
        assert "no runner was alive from" in skipped(site, "a", "runner_down")["text"]


@pytest.mark.parametrize(
    ("limit", "reason"),
    [("except: [{today}]", "holiday"), ("on: [{yesterday:%A}]", "window"), ("until: {yesterday}", "window")],
)
def test_instants_that_are_no_slots(make_site: MakeSite, limit: str, reason: str) -> None:
    now = datetime.now(UTC)
    days = {"today": now.date(), "yesterday": now.date() - timedelta(days=1)}
    told = limit.format(**days)
    site = make_site(f"timezone: UTC\nprocedures: {{a: {{func: jobs.quick, every: 1 second, {told.lower()}}}}}")
    with site.runner():
        pass
    answer = site.cli("explain", "a", "--at", (now + timedelta(seconds=1)).isoformat())
    assert (answer["verdict"], answer["reason"]) == ("not_due", reason)
