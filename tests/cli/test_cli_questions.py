"""Commands that only ask, on a site at rest: shapes, words, and nothing changed on disk."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from cli_site import Site
from contract import LOG_LEVEL, PROBLEM, PROCEDURE, SLOT, STATUS, TASK, assert_shape


def test_list_has_the_contracts_shape(site: Site) -> None:
    rows = site.cli("list")
    for row in rows:
        assert_shape(row, TASK)
    assert [(row["no"], row["name"], row["state"]) for row in rows] == [
        (1, "good", "asap"),
        (2, "bad", "not_scheduled"),
        (3, "declared_off", "disabled"),
        (4, "good_again", "scheduled"),
    ]
    assert rows[2]["disabled_reason"] == "disabled in linodctl.yaml:10"
    assert not site.state.exists()


def test_list_procedures_has_the_contracts_shape(site: Site) -> None:
    rows = site.cli("list", "procedures")
    for row in rows:
        assert_shape(row, PROCEDURE)
    assert [row["name"] for row in rows] == ["good", "bad", "declared_off"]


def test_list_log_levels_needs_no_config(site: Site) -> None:
    site.config.unlink()
    done = site.program("list", "log-levels", "--json")
    assert done.returncode == 0, done.stderr
    rows = json.loads(done.stdout)
    for row in rows:
        assert_shape(row, LOG_LEVEL)
    assert [(row["value"], row["number"]) for row in rows][:2] == [("DEBUG", 10), ("INFO", 20)]


def test_list_in_plain_columns_can_be_grepped(site: Site) -> None:
    text = site.plain("list").stdout
    head, *rows = text.splitlines()
    assert head.split() == ["No.", "task", "recurrence", "log", "level", "disabled", "status", "last", "run", "trend"]
    starts = {line.index(word) for line, word in zip(rows, ("good", "bad", "declared_off", "good_again"), strict=True)}
    assert starts == {head.index("task")}
    assert "Disabled (disabled in linodctl.yaml:10)" in text
    assert "…" not in text and "\x1b" not in text


def test_next_has_the_contracts_shape_and_skips_what_is_disabled(site: Site) -> None:
    rows = site.cli("next", "-n", "5", "--after", "2026-01-01")
    assert len(rows) == 5
    for row in rows:
        assert_shape(row, SLOT)
    assert {row["task"] for row in rows} <= {"good", "good_again"}
    assert rows == sorted(rows, key=lambda row: row["time"])


def test_next_of_a_rule_needs_no_config_and_has_no_task(site: Site) -> None:
    site.config.unlink()
    done = site.program(
        "next",
        "--every",
        "day at 10:30",
        "--timezone",
        "Europe/Tallinn",
        "--after",
        "2026-03-28T12:00",
        "-n2",
        "--json",
    )
    assert json.loads(done.stdout) == [
        {"task": None, "time": "2026-03-29T10:30:00+03:00", "timezone": "Europe/Tallinn"},
        {"task": None, "time": "2026-03-30T10:30:00+03:00", "timezone": "Europe/Tallinn"},
    ]


def test_next_of_a_rule_is_in_the_sites_zone(site: Site) -> None:
    (row,) = site.cli("next", "--cron", "30 10 * * *", "--after", "2026-01-01", "--until", "2026-01-02")
    assert row["time"] == "2026-01-01T10:30:00+02:00"


def test_show_says_where_each_option_comes_from(site: Site) -> None:
    shown = site.cli("show", "good_again")
    assert_shape(shown, TASK)
    sources = {option["name"]: option["source"] for option in shown["options"]}
    assert sources["cron"] == sources["log_level"] == "linodctl.yaml:12"
    assert sources["func"] == sources["description"] == "linodctl.yaml:5"
    assert sources["timeout"] == "default"
    assert len(shown["next"]) == 3


def test_show_for_people_says_what_to_change(site: Site) -> None:
    text = site.plain("show", "declared_off").stdout
    assert "change linodctl.yaml:10" in text
    assert "linodctl.yaml:9" in text


def test_status_of_a_site_without_a_runner(site: Site) -> None:
    found = site.cli("status", code=4)
    assert_shape(found, STATUS)
    assert found["alive"] is False and found["site"] == "resting"
    for line in found["disabled"]:
        assert_shape(line, TASK)
    first, second = site.plain("status").stdout.splitlines()[:2]
    assert first.startswith("site resting: no runner is alive")
    assert f"linodctl run -c {site.config}" in second


def test_history_and_logs_of_a_new_site_are_empty(site: Site) -> None:
    assert site.cli("history") == []
    assert site.cli("logs") == []
    assert site.plain("history").stderr == "no runs and no skips\n"
    assert site.plain("logs").stderr == "no log lines\n"
    assert not site.state.exists()


def test_what_is_due_asap_is_due_now(site: Site) -> None:
    _, first, *_ = site.plain("next", "good").stdout.splitlines()
    assert first.split()[-2:] == ["now", "good"]


def test_list_says_that_decorated_functions_are_not_known_yet(site: Site) -> None:
    site.config.write_text("discover: [jobs]\nprocedures: {good: {func: jobs.quick, every: never}}\n")
    assert "decorated functions of jobs are not among them yet" in site.plain("list").stderr
    assert site.plain("list", "-q").stderr == ""
    assert site.plain("run", "--once").returncode == 0
    assert site.plain("list").stderr == ""


def test_check_has_the_contracts_shape(site: Site) -> None:
    (site.folder / "broken.py").write_text("raise RuntimeError('boom')\n")
    site.config.write_text(
        "procedures:\n"
        "  gone: {func: jobs.gone, every: never}\n"
        "  broken: {func: broken.x, every: never}\n"
        "  number: {func: jobs.JOURNAL, every: never}\n"
        "  lacks: {func: jobs.note, every: never, args: {wrong: 1}}\n"
        "  fine: {func: jobs.quick, every: never}\n"
    )
    site.env["JOURNAL"] = str(site.journal)
    problems = site.cli("check", code=2)
    for problem in problems:
        assert_shape(problem, PROBLEM)
    found = {problem["key"]: (problem["line"], problem["message"]) for problem in problems}
    assert found.keys() == {f"procedures.{x}" for x in ("gone.func", "broken.func", "number.func", "lacks.args")}
    assert found["procedures.gone.func"] == (2, "'jobs.gone': module 'jobs' has no attribute 'gone'")
    assert "RuntimeError: boom" in found["procedures.broken.func"][1]
    assert "not callable" in found["procedures.number.func"][1]
    assert found["procedures.lacks.args"][1] == "it takes no argument 'wrong'"
    assert site.cli("check", "--no-imports") == []


def test_check_warns_of_what_this_machine_lacks(site: Site) -> None:
    site.config.write_text(
        "procedures:\n"
        "  a: {func: jobs.quick, every: never, cwd: nowhere}\n"
        "  b: {func: jobs.quick, every: never, user: nobody_of_this_name}\n"
        "  c: {func: jobs.quick, every: never, cwd: nowhere, disabled: true}\n"
    )
    found = [(problem["severity"], problem["line"], problem["key"]) for problem in site.cli("check")]
    assert found == [("warning", 2, "procedures.a.cwd"), ("warning", 3, "procedures.b.user")]


def test_check_of_a_config_that_declares_nothing(site: Site) -> None:
    site.config.write_text("site: idle\n")
    (problem,) = site.cli("check")
    assert (problem["severity"], problem["message"]) == ("warning", "declares no procedure: nothing will run")


def test_check_finds_decorated_functions_without_a_runner(site: Site) -> None:
    (site.folder / "marked.py").write_text(
        "from linodctl import background_task\n\n\n@background_task(every='day att 10:30')\ndef nightly():\n    pass\n"
    )
    site.config.write_text("discover: [marked]\nprocedures: {good: {func: jobs.quick, every: never}}\n")
    (problem,) = site.cli("check", code=2)
    assert problem["file"] == "decorator in marked" and problem["key"] == "procedures.nightly.every"


def test_check_of_a_setup_that_fails(site: Site) -> None:
    site.config.write_text("setup: jobs.fail\nprocedures: {good: {func: jobs.quick, every: never}}\n")
    (problem,) = site.cli("check", code=2)
    assert (problem["key"], problem["line"], problem["column"]) == ("setup", 1, 8)
    assert problem["message"] == "jobs.fail: ValueError: on purpose"


@pytest.mark.parametrize("option", ["setup: nope.start", "preload: [nope]", "discover: [nope]"])
def test_check_of_code_for_the_whole_site_that_is_not_there(site: Site, option: str) -> None:
    site.config.write_text(f"site: a\n{option}\nprocedures: {{good: {{func: jobs.quick, every: never}}}}\n")
    (problem,) = site.cli("check", code=2)
    assert (problem["key"], problem["line"]) == (option.partition(":")[0], 2)
    assert problem["message"].endswith("there is no module 'nope'")


def test_schema_is_a_schema(site: Site) -> None:
    schema = json.loads(site.program("schema").stdout)
    assert schema["properties"].keys() >= {"site", "procedures", "tasks", "defaults"}


def test_prune_on_nothing_deletes_nothing(site: Site) -> None:
    assert site.cli("prune", "--dry-run") == {"dry_run": True, "deleted": {}}
    assert not site.state.exists()


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_completion_prints_a_script(site: Site, shell: str) -> None:
    done = site.program("completion", shell)
    assert done.returncode == 0 and "_LINODCTL_COMPLETE" in done.stdout


def complete(site: Site, words: str) -> list[str]:
    """What bash is told for a line whose last word is being typed."""
    typed = ["linodctl", *words.split(" ")]
    env = {"_LINODCTL_COMPLETE": "bash_complete", "COMP_WORDS": " ".join(typed), "COMP_CWORD": str(len(typed) - 1)}
    site.env |= env
    lines = site.program().stdout.splitlines()
    return [line.partition(",")[2] for line in lines if line]


def test_shells_complete_commands_tasks_tags_and_options(site: Site) -> None:
    assert complete(site, "sta") == ["status"]
    assert complete(site, "show goo") == ["good", "good_again"]
    assert complete(site, "trigger good tag:") == ["tag:nightly"]
    assert complete(site, "set good log") == ["log_level="]
    assert complete(site, "history --outcome time") == ["timed_out"]
    site.config.write_text("nonsense")
    assert complete(site, "show goo") == []


def test_init_writes_a_site_that_checks_and_runs(site: Site, tmp_path: Path) -> None:
    made = json.loads(site.program("init", "demo", "--json").stdout)
    assert made == {"files": ["demo/linodctl.yaml", "demo/jobs.py"]}
    demo = str(tmp_path / "demo")
    assert site.program("check", "-c", demo).returncode == 0
    assert site.program("run", "--once", "-c", demo).returncode == 0
    outcomes = [row["outcome"] for row in json.loads(site.program("history", "-c", demo, "--json").stdout)]
    assert outcomes and set(outcomes) == {"succeeded"}


def test_init_overwrites_nothing(site: Site) -> None:
    before = site.config.read_text()
    done = site.program("init")
    assert done.returncode == 2 and "linodctl.yaml is there already" in done.stderr
    assert site.config.read_text() == before
