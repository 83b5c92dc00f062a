"""`explain` and `check --against` as people and scripts meet them: the installed program on a real site."""

from __future__ import annotations

import json
from datetime import datetime, timedelta

import pytest
from cli_site import Site
from contract import MAYBE_TIME, TIME, MaybeNumber, Text, assert_shape

from linodctl.domain import Outcome, Result
from linodctl.operations.site import Site as Asked
from linodctl.planning import Scheduler, Start
from linodctl.store import open_store

ANSWER = {
    "task": Text,
    "at": TIME,
    "verdict": Text,
    "reason": Text,
    "text": Text,
    "slot": MAYBE_TIME,
    "run_id": MaybeNumber,
}
CHANGE = {
    "task": Text,
    "change": Text,
    "slots_before": MaybeNumber,
    "slots_after": MaybeNumber,
    "added": MaybeNumber,
    "removed": MaybeNumber,
    "first_added": (list,),
    "first_removed": (list,),
}


@pytest.mark.parametrize("at", [(), ("--at", "yesterday 02:30"), ("--at", "tomorrow 02:30")])
@pytest.mark.parametrize("task", ["good", "bad", "declared_off", "good_again"])
def test_explain_has_the_contracts_shape_for_every_task(site: Site, task: str, at: tuple[str, ...]) -> None:
    answer = site.cli("explain", task, *at)
    assert_shape(answer, ANSWER)
    assert answer["task"] == task
    assert not site.state.exists()


def test_a_task_that_no_runner_has_seen(site: Site) -> None:
    assert site.cli("explain", "good")["verdict"] == "waiting"
    assert site.cli("explain", "good", "--at", "yesterday 02:30")["verdict"] == "unknown_task_then"
    answer = site.cli("explain", "declared_off")
    assert (answer["verdict"], answer["reason"]) == ("not_due", "disabled")
    assert "by its declaration (disabled in linodctl.yaml:10)" in answer["text"]


def test_explain_for_people_is_a_sentence_a_line_in_the_tasks_zone(site: Site) -> None:
    first, *sentences = site.plain("explain", "good_again", "--at", "2099-07-01T22:00").stdout.splitlines()
    assert first == "good_again: not due"
    assert sentences[0].startswith("  It will be due at 2099-07-01 22:00:00+03:00 (in ")
    assert sentences[1].startswith("  No runner is alive (there was none yet)")


@pytest.mark.parametrize(
    ("args", "code", "says"),
    [
        (("goood",), 3, "no task 'goood'; did you mean 'good'"),
        (("good*",), 3, "means 2 tasks"),
        (("good", "--at", "soon"), 2, "--at: 'soon' is not a time"),
        (("good", "--at", "0002-01-01"), 2, "rules are known from 1800 to 9000"),
        (("good", "--at", "9999-12-31"), 2, "rules are known from 1800 to 9000"),
    ],
)
def test_bad_input(site: Site, args: tuple[str, ...], code: int, says: str) -> None:
    done = site.plain("explain", *args)
    assert (done.returncode, done.stdout) == (code, "")
    assert says in done.stderr and len(done.stderr.splitlines()) == 1


def test_a_run_that_was_asked_for_and_one_that_goes_on(alive: Site) -> None:
    alive.cli("trigger", "talks", "--wait")
    run = alive.history("talks")[0]
    answer = alive.cli("explain", "talks", "--at", run["start_time"])
    assert (answer["verdict"], answer["reason"], answer["run_id"]) == ("ran", "succeeded", run["run_id"])
    assert "requested by" in answer["text"]
    answer = alive.cli("explain", "talks")
    assert (answer["verdict"], answer["reason"]) == ("not_due", "not_scheduled")
    assert "runs only when it is triggered" in answer["text"]


# --- check --against -----------------------------------------------------------------------------


def changed(site: Site, old: str, new: str) -> str:
    """Another config beside the site's, with `new` for `old`."""
    path = site.folder / "other.yaml"
    path.write_text(site.config.read_text().replace(old, new))
    return str(path)


def test_against_tells_what_a_change_does_task_by_task(site: Site) -> None:
    other = changed(site, 'cron: "0 22 * * *"', 'cron: "0 22,23 * * *"')
    found = site.cli("check", "--against", other, "--days", "7")
    for change in found["tasks"]:
        assert_shape(change, CHANGE)
    changes = {change["task"]: change for change in found["tasks"]}
    assert {task: change["change"] for task, change in changes.items()} == {
        "good": "same",
        "bad": "same",
        "declared_off": "same",
        "good_again": "changed",
    }
    assert (changes["good_again"]["added"], changes["good_again"]["removed"]) == (7, 0)
    assert changes["good_again"]["first_added"][0][11:16] == "23:00"
    span = datetime.fromisoformat(found["until"]) - datetime.fromisoformat(found["from"])
    assert span in (timedelta(days=7), timedelta(days=7, hours=1), timedelta(days=7, hours=-1))
    assert not site.state.exists()


def test_against_for_people(site: Site) -> None:
    other = changed(site, "  good_again:", "  good_once_more:")
    lines = site.plain("check", "--against", other).stdout.splitlines()
    assert "good_again: removed, slots: 14" in lines
    assert "good_once_more: added, slots: 14" in lines
    assert lines[-1].startswith("3 tasks with the same slots, from now until ")


@pytest.mark.parametrize("broken", ["this", "other", "both"])
def test_against_tells_the_problems_of_both(site: Site, broken: str) -> None:
    other = changed(site, "", "")
    for path, name in ((site.config, "this"), (site.folder / "other.yaml", "other")):
        if broken in (name, "both"):
            path.write_text(path.read_text() + "zone: UTC\n")
    done = site.plain("check", "--no-imports", "--against", other)
    files = [line.split(":")[0] for line in done.stdout.splitlines()]
    assert done.returncode == 2
    assert (
        files == {"this": ["linodctl.yaml"], "other": ["other.yaml"], "both": ["linodctl.yaml", "other.yaml"]}[broken]
    )


def test_against_a_config_that_is_not_there(site: Site) -> None:
    done = site.plain("check", "--against", "nowhere.yaml")
    assert done.returncode == 2 and "nowhere.yaml: no such file or folder" in done.stderr


# --- the warnings of check -----------------------------------------------------------------------


def test_check_warns_of_a_wall_time_that_a_clock_change_skips(site: Site) -> None:
    site.config.write_text("timezone: Europe/Tallinn\nprocedures:\n  a: {func: jobs.quick, every: day at 03:30}\n")
    (problem,) = site.cli("check")
    assert (problem["severity"], problem["line"], problem["key"]) == ("warning", 3, "procedures.a.every")
    assert "03:30" in problem["message"] and "(the clocks change)" in problem["message"]


def test_check_warns_of_an_interval_shorter_than_the_runs(site: Site) -> None:
    site.config.write_text("procedures:\n  a: {func: jobs.quick, every: 1 minute}\n")
    asked = Asked([str(site.config)], environ={"HOME": str(site.folder)})
    now = asked.now() - timedelta(days=1)
    scheduler = Scheduler(asked.loaded.tasks, {}, max_parallel=1, limits={}, now=now)
    with open_store(site.state) as store:
        for _ in range(6):
            (start,) = [decision for decision in scheduler.tick(now) if isinstance(decision, Start)]
            with store.transaction() as ledger:
                run_id = ledger.start(start, host="here")
                now += timedelta(seconds=90)
                ledger.end(run_id, Result(Outcome.SUCCEEDED), now)
            scheduler.finished(start.ticket, Result(Outcome.SUCCEEDED), now)
            now += timedelta(seconds=30)
    (problem,) = site.cli("check", "--no-imports")
    assert problem["severity"] == "warning"
    assert "a run usually takes 1 minute 30 seconds, longer than the 1 minute between two slots" in problem["message"]


def test_json_goes_with_the_text(site: Site) -> None:
    answer = json.loads(site.plain("explain", "bad", "--json").stdout)
    lines = site.plain("explain", "bad").stdout.splitlines()[1:]
    assert answer["text"] == " ".join(line.strip() for line in lines)
