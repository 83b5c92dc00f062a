"""Commands that need a living runner: requests carried out, followed, cancelled; and the runner's own end."""

from __future__ import annotations

import os
import signal
import subprocess
from pathlib import Path

import pytest
from cli_site import CTRL_C, Site, Terminal, with_home_of_its_own
from contract import RUN, SKIP, STATUS, TASK, TRIGGERED, assert_shape


def test_status_of_a_living_runner(alive: Site) -> None:
    found = alive.cli("status")
    assert_shape(found, STATUS)
    assert found["alive"] is True and found["site"] == "alive"
    first = alive.plain("status").stdout.splitlines()[0]
    assert first.startswith("site alive: the runner is alive since ") and f"pid {found['pid']}" in first


def test_trigger_reaches_the_runner_at_once(alive: Site) -> None:
    (asked,) = alive.cli("trigger", "quick")
    assert_shape(asked, TRIGGERED)
    ended = alive.wait_for_end("quick")
    assert_shape(ended, RUN)
    assert (ended["trigger"], ended["outcome"]) == ("request", "succeeded")


def test_wait_shows_the_log_and_exits_by_the_outcome(alive: Site) -> None:
    done = alive.plain("trigger", "talks", "--wait")
    assert done.returncode == 0, done.stderr
    assert "printed" in done.stdout and "logged 42" in done.stdout
    assert done.stdout.splitlines()[-1].startswith("talks: succeeded after ")


@pytest.mark.parametrize(("task", "outcome", "code"), [("warns", "warned", 0), ("fails_gently", "failed", 1)])
def test_wait_as_json_is_one_document(alive: Site, task: str, outcome: str, code: int) -> None:
    (found,) = alive.cli("trigger", task, "--wait", code=code)
    assert_shape(found, TRIGGERED)
    assert (found["state"], found["outcome"]) == ("ended", outcome)
    assert isinstance(found["run_id"], int)


def test_wait_for_several_fails_if_one_does(alive: Site) -> None:
    found = alive.cli("trigger", "quick", "fails_gently", "--wait", code=1)
    assert [(row["task"], row["outcome"]) for row in found] == [("quick", "succeeded"), ("fails_gently", "failed")]


def test_a_failure_disables_shows_its_traceback_and_can_be_enabled(alive: Site) -> None:
    waited = alive.plain("trigger", "fails", "--wait")
    assert waited.returncode == 1
    for text in (waited.stdout, alive.plain("logs", "fails").stdout):
        assert "ERROR    Traceback (most recent call last):" in text and 'raise ValueError("on purpose")' in text
    page = alive.plain("show", "fails").stdout
    assert "Disabled (failed: ValueError: on purpose)" in page and 'raise ValueError("on purpose")' in page
    assert "fails: failed: ValueError: on purpose" in alive.plain("status").stdout
    alive.cli("enable", "fails")
    assert_shape(next(row for row in alive.cli("list") if row["name"] == "fails" and not row["disabled"]), TASK)


def test_history_has_the_contracts_shape(alive: Site) -> None:
    alive.cli("trigger", "fails_gently", "--wait", code=1)
    rows = alive.cli("history", "fails_gently", "--outcome", "failed", "--since", "1h", "-n", "1")
    assert len(rows) == 1
    assert rows == alive.cli("history", "fails_gently", "--outcome", "failed", "--since", "1h ago", "-n", "1")
    assert_shape(rows[0], RUN)
    assert "ValueError: on purpose" in rows[0]["error"]
    text = alive.plain("history", "fails_gently", "-n", "1").stdout
    assert "failed" in text and "ValueError: on purpose" in text


def test_logs_by_task_and_by_run(alive: Site) -> None:
    (ran,) = alive.cli("trigger", "talks", "--wait")
    rows = alive.cli("logs", str(ran["run_id"]))
    assert {(row["level"], row["text"]) for row in rows} >= {("INFO", "printed"), ("INFO", "logged 42")}
    assert set(rows[0]) >= {"run_id", "task", "time", "level", "logger", "text"}
    assert alive.cli("logs", "talks", "-n", "1") == rows[-1:]
    assert alive.cli("logs", "talks", "--level", "ERROR") == []
    followed = alive.plain("logs", "-f", str(ran["run_id"]))
    assert followed.returncode == 0
    assert followed.stdout.splitlines()[0] == f"── run {ran['run_id']} of talks ──"


def test_cancel_stops_a_run_by_number(alive: Site) -> None:
    alive.cli("trigger", "waits")
    alive.wait_for_line("start", "waits")
    running = alive.cli("status")["running"]
    run = next(run for run in running if run["task"] == "waits")
    assert_shape(run, RUN)
    assert "waits: run" in alive.plain("status").stdout
    (done,) = alive.cli("cancel", str(run["run_id"]))
    assert done == {"task": "waits", "requests": 0, "run_ids": [run["run_id"]], "retries": 0}
    ended = alive.wait_for_end("waits")
    assert (ended["outcome"], ended["reason"].startswith("asked by ")) == ("cancelled", True)
    done = alive.plain("cancel", str(run["run_id"]))
    assert done.returncode == 3 and "has ended already (cancelled)" in done.stderr


def test_ctrl_c_while_waiting_leaves_the_run_alone(alive: Site) -> None:
    command = alive.command("trigger", "also_waits", "--wait")
    process = subprocess.Popen(command, cwd=alive.folder, env=alive.env, stderr=subprocess.PIPE, text=True)
    alive.wait_for_line("start", "also_waits")
    process.send_signal(signal.SIGINT)
    _, said = process.communicate(timeout=30)
    assert process.returncode == 130
    assert said == "also_waits: goes on without you; 'linodctl cancel also_waits' stops it\n"
    assert [run["task"] for run in alive.cli("status")["running"]] == ["also_waits"]
    alive.cli("cancel", "also_waits")
    assert alive.wait_for_end("also_waits")["outcome"] == "cancelled"


@pytest.mark.parametrize(
    ("keys", "said", "outcome"),
    [
        ("y\n", ["asked to stop; Ctrl-C leaves without waiting for the end", "asks: cancelled after"], "cancelled"),
        ("\n", ["asks: goes on without you; 'linodctl cancel asks' stops it"], None),
        (CTRL_C, ["asks: goes on without you"], None),
    ],
    ids=["yes", "no", "again"],
)
def test_ctrl_c_at_a_terminal_asks_whether_to_stop_the_run(
    alive: Site, keys: str, said: list[str], outcome: str | None
) -> None:
    before = len(alive.lines("start"))
    with Terminal(alive, "trigger", "asks", "--wait") as terminal:
        alive.wait_for(lambda: len(alive.lines("start")) > before, "it runs")
        terminal.type(CTRL_C)
        terminal.read_until("Stop asks? [y/N]: ")
        terminal.type(keys)
        for words in said:
            terminal.read_until(words, insist=keys if keys == CTRL_C else "")
        assert terminal.process.wait(30) == 130
    assert alive.history("asks")[0]["outcome"] == outcome
    if outcome is None:
        alive.cli("cancel", "asks")
        alive.wait_for(lambda: alive.history("asks")[0]["outcome"] == "cancelled", "it is stopped")


def test_ctrl_c_stops_only_what_this_call_has_requested_and_its_retry(alive: Site) -> None:
    with Terminal(alive, "trigger", "retries_slowly", "asks", "--wait") as terminal:
        terminal.read_until("retries_slowly: failed")
        terminal.type(CTRL_C)
        terminal.read_until("Stop these 2 runs? [y/N]: ")
        terminal.type("y\n")
        terminal.read_until("asks: cancelled after")
        assert terminal.process.wait(30) == 130
    assert [row["attempt"] for row in alive.history("retries_slowly")] == [1]
    assert alive.plain("cancel", "retries_slowly").returncode == 3, "no retry is left"


def test_cancel_gives_up_retries(alive: Site) -> None:
    alive.cli("trigger", "retries_slowly")
    alive.wait_for_end("retries_slowly", "failed")
    done = alive.wait_for(lambda: alive.plain("cancel", "retries_slowly").stdout, "its retry waits")
    assert done == "retries_slowly: 1 further attempt given up\n"


def test_waiting_outlives_the_runner(tmp_path: Path) -> None:
    site = with_home_of_its_own(Site(tmp_path, "procedures: {waits: {func: jobs.until_cancelled, every: never}}\n"))
    command = site.command("trigger", "waits", "--wait")
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    with site.runner() as first:
        process = subprocess.Popen(command, cwd=site.folder, env=site.env, text=True, **pipes)
        site.wait_for_line("start", "waits")
        first.kill()
        assert process.stderr is not None
        assert process.stderr.readline() == "the runner has gone; waiting for the next one\n"
    with site.runner():
        said, _ = process.communicate(timeout=30)
    assert process.returncode == 1 and "waits: lost after" in said


def test_here_beside_a_runner_leaves_the_tasks_state_to_it(alive: Site) -> None:
    (ran,) = alive.cli("trigger", "often", "--here")
    assert ran["outcome"] == "succeeded"
    runs = [row for row in alive.cli("history", "often") if row["trigger"] == "request"]
    assert [row["run_id"] for row in runs] == [ran["run_id"]]


def test_ctrl_c_here_cancels_the_run(site: Site) -> None:
    site.config.write_text("procedures: {waits: {func: jobs.until_cancelled, every: never}}\n")
    command = site.command("trigger", "waits", "--here")
    process = subprocess.Popen(command, cwd=site.folder, env=site.env, stdout=subprocess.PIPE, text=True)
    site.wait_for_line("start", "waits")
    os.kill(process.pid, signal.SIGINT)
    said, _ = process.communicate(timeout=30)
    assert process.returncode == 130
    assert "waits: cancelled after" in said and "interrupted at the terminal" in said
    assert site.lines("cancelled") == [["cancelled", "waits", "True"]]


def test_reload_is_refused_as_long_as_the_config_has_problems(alive: Site) -> None:
    good = alive.config.read_text()
    try:
        alive.config.write_text(good + "nonsense: 1\n")
        done = alive.plain("reload")
        assert done.returncode == 2 and "nonsense: unknown option" in done.stderr
    finally:
        alive.config.write_text(good)
    assert alive.cli("reload") == {"asked": "reload"}


def test_set_reaches_the_runner(alive: Site) -> None:
    alive.cli("set", "often", "overlap=queue_one", "every=never")
    assert next(row["recurrence"] for row in alive.cli("list") if row["name"] == "often") == "never"
    alive.cli("unset", "often")


def test_a_run_asked_for_after_a_set_has_the_new_options(alive: Site) -> None:
    for level in ("ERROR", "DEBUG"):
        alive.cli("set", "logs_on", f"log_level={level}")
        (ran,) = alive.cli("trigger", "logs_on", "--wait")
        assert alive.history("logs_on")[0]["log_level"] == level
        assert ("logged 42" in {row["text"] for row in alive.cli("logs", str(ran["run_id"]))}) is (level == "DEBUG")


def test_two_runners_and_stop(tmp_path: Path) -> None:
    site = with_home_of_its_own(Site(tmp_path, "procedures: {quick: {func: jobs.quick, every: never}}\n"))
    with site.runner() as runner:
        second = site.plain("run")
        assert second.returncode == 4
        assert f"the runner with pid {runner.pid}" in second.stderr and len(second.stderr.splitlines()) == 1
        assert site.cli("stop") == {"asked": "stop"}
        assert runner.wait(30) == 0
    first = site.plain("status").stdout.splitlines()[0]
    assert "no runner is alive; the last one stopped" in first


def test_once_exits_by_what_its_runs_did(tmp_path: Path) -> None:
    config = "procedures:\n  quick: {func: jobs.quick, every: day}\n  fails: {func: jobs.fail, every: never}\n"
    site = with_home_of_its_own(Site(tmp_path, config))
    assert site.plain("run", "--once").returncode == 0
    assert [row["outcome"] for row in site.cli("history")] == ["succeeded"]
    site.cli("trigger", "fails")
    assert site.plain("run", "--once", "-q").returncode == 1


def test_a_skip_has_the_contracts_shape(tmp_path: Path) -> None:
    site = with_home_of_its_own(Site(tmp_path, "procedures: {quick: {func: jobs.quick, every: 1 second}}\n"))
    assert site.plain("run", "--once").returncode == 0
    first = site.cli("history")[0]
    site.wait_for(lambda: len(site.cli("next", "-n", "3", "--until", "now")) == 3, "three slots are owed")
    assert site.plain("run", "--once").returncode == 0
    skips = site.cli("history", "--outcome", "skipped")
    assert skips and first["outcome"] == "succeeded"
    for skip in skips:
        assert_shape(skip, SKIP)
        assert skip["outcome"] == "skipped" and skip["count"] >= 1
