"""Retries, probation and disabling for a while, each with a runner that is killed in between."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from sites import SiteFolder

from linodctl.runner.calling import ask

MakeSite = Callable[[str], SiteFolder]


def waiting(site: SiteFolder, task: str) -> list[dict[str, Any]]:
    """What waits for its time, as the state file has it."""
    with sqlite3.connect(site.state) as db:
        row = db.execute("SELECT pending FROM tasks WHERE name = ?", [task]).fetchone()
    items: list[dict[str, Any]] = json.loads(row[0]) if row else []
    return [item for item in items if item.get("due")]


def attempts(site: SiteFolder, task: str) -> list[tuple[int, str, str | None]]:
    """Attempt, trigger and outcome of each run, the oldest first."""
    return [(row["attempt"], row["trigger"], row["outcome"]) for row in reversed(site.history(task))]


@pytest.mark.parametrize(
    ("func", "options", "seconds"),
    [
        ("jobs.fail", "retries: {attempts: 3, delay: 2s, backoff: 500, max_delay: 1h}", 1000),
        ("jobs.asks_for_more_time", "retries: {attempts: 3}", 3600),
    ],
    ids=["backoff", "Retry(after=)"],
)
def test_the_time_of_a_retry_survives_the_runner(make_site: MakeSite, func: str, options: str, seconds: int) -> None:
    site = make_site(f"procedures: {{again: {{func: {func}, every: day, {options}}}}}")
    with site.runner() as runner:
        [first] = site.wait_for(lambda: waiting(site, "again"), "a retry waits")
        runner.kill()
    with site.runner() as runner:
        site.wait_for(lambda: attempts(site, "again")[1:] == [(2, "retry", "failed")], "the retry came")
        run = site.history("again")[0]
        assert datetime.fromisoformat(run["start_time"]) >= datetime.fromisoformat(first["due"])
        [second] = site.wait_for(lambda: waiting(site, "again"), "another retry waits")
        pause = datetime.fromisoformat(second["due"]) - datetime.fromisoformat(run["end_time"])
        assert pause.total_seconds() == seconds
        runner.kill()
    with site.runner():
        assert waiting(site, "again") == [second], "the same slot, attempt and time as before"
    assert {row["scheduled_for"] for row in site.history("again")} == {site.history("again")[0]["scheduled_for"]}


def test_skip_says_why_and_is_no_failure(make_site: MakeSite) -> None:
    site = make_site("procedures: {choosy: {func: jobs.skips, every: day}}")
    with site.runner():
        run = site.wait_for_end("choosy", "skipped")
    assert run["reason"] == "procedure: no rates on Sundays"
    assert site.cli("list")[0]["disabled"] is False


def test_probation_fails_then_enables_whoever_runs_it(make_site: MakeSite) -> None:
    site = make_site("procedures: {flaky: {func: jobs.needs_a_file, every: never, retry_disabled_after: 2s}}")
    with site.runner() as runner:
        site.cli("trigger", "flaky")
        site.wait_for_end("flaky", "failed")
        site.wait_for(lambda: waiting(site, "flaky"), "a probation run waits")
        runner.kill()
    with site.runner() as runner:
        site.wait_for(lambda: attempts(site, "flaky")[1:2] == [(1, "probation", "failed")], "probation fails")
        assert site.cli("list")[0]["disabled"] is True
        runner.kill()
    (site.folder / "needed").touch()
    with site.runner():
        site.wait_for(lambda: attempts(site, "flaky")[-1] == (1, "probation", "succeeded"), "probation succeeds")
        site.wait_for(lambda: site.cli("list")[0]["disabled"] is False, "which enables the task")
        assert waiting(site, "flaky") == []


def test_disabled_for_a_while_ends_on_time_though_nobody_is_there(make_site: MakeSite) -> None:
    site = make_site("procedures: {quick: {func: jobs.quick, every: 1 second}}")
    site.cli("disable", "quick", "--for", "1h", "--reason", "moving")
    with site.runner() as runner:
        site.wait_for(lambda: ask(site.state, "status"), "it works")
        runner.kill()
    with site.runner() as runner:
        [task] = site.cli("list")
        assert (task["disabled"], task["disabled_reason"]) == (True, "moving")
        assert site.lines("start") == []
        runner.kill()
    site.cli("disable", "quick", "--for", "1s")
    until = datetime.fromisoformat(site.cli("show", "quick")["disabled_until"])
    site.wait_for(lambda: datetime.now(UTC) > until, "the time is over")
    with site.runner():
        [_, _, slot, _] = site.wait_for_line("start")
    assert datetime.fromisoformat(slot) > until, "nothing is owed for the disabled time"
    assert site.cli("list")[0]["disabled"] is False
