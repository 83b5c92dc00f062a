"""Commands that change something, on a site without a runner: they are on record, and say who will act on them."""

from __future__ import annotations

import gc
import subprocess

from cli_site import Site
from contract import TASK, TRIGGERED, assert_shape


def test_trigger_waits_for_a_runner(site: Site) -> None:
    site.config.write_text(
        "timezone: Europe/Tallinn\n"
        'procedures: {good: {func: linodctl.procedures.shell, every: never, args: {command: "true"}}}\n'
    )
    (found,) = site.cli("trigger", "good", "--arg", "cwd=1", "--log-level", "debug", "--as-of", "2026-01-31")
    assert_shape(found, TRIGGERED)
    assert (found["task"], found["state"], found["run_id"], found["outcome"]) == ("good", "requested", None, None)
    done = site.plain("trigger", "good")
    assert "requested to run asap" in done.stdout
    assert f"the request waits for one; start it with 'linodctl run -c {site.config}'" in done.stderr
    first, second = site.cli("status", code=4)["requested"]
    assert (first["args"], first["log_level"], first["as_of"]) == ({"cwd": 1}, "DEBUG", "2026-01-30T22:00:00+00:00")
    assert second["args"] == {}


def test_trigger_takes_globs_and_tags(site: Site) -> None:
    assert [row["task"] for row in site.cli("trigger", "good*", "tag:nightly", "bad")] == ["good", "bad", "good_again"]


def test_cancel_withdraws_requests(site: Site) -> None:
    site.cli("trigger", "good")
    site.cli("trigger", "good")
    assert site.cli("cancel", "good") == [{"task": "good", "requests": 2, "run_ids": [], "retries": 0}]
    assert site.cli("status", code=4)["requested"] == []


def test_disable_and_enable(site: Site) -> None:
    assert site.cli("disable", "good", "--reason", "why not") == [
        {"task": "good", "disabled": True, "reason": "why not", "until": None}
    ]
    row = site.cli("list")[0]
    assert_shape(row, TASK)
    assert (row["state"], row["disabled"], row["disabled_reason"]) == ("disabled", True, "why not")
    assert site.cli("enable", "good") == [{"task": "good", "disabled": False, "disabled_reason": None}]
    assert site.cli("list")[0]["disabled"] is False


def test_disable_for_a_while(site: Site) -> None:
    (found,) = site.cli("disable", "good", "--until", "2099-01-01 08:00")
    assert found["until"] == "2099-01-01T06:00:00+00:00"
    assert "2099-01-01 08:00:00+02:00" in site.plain("show", "good").stdout
    assert site.cli("list")[0]["status"].endswith(", until 2099-01-01 08:00:00+02:00)")


def test_enable_of_a_declared_one_names_the_line_to_change(site: Site) -> None:
    done = site.plain("enable", "declared_off", "good")
    assert done.returncode == 2
    assert done.stdout == "good: enabled\n"
    assert "declared_off: stays disabled" in done.stderr and "change linodctl.yaml:10" in done.stderr


def test_set_shows_who_and_when_and_unset_takes_it_back(site: Site) -> None:
    declared = site.cli("list")[0]["recurrence"]
    assert site.cli("set", "good", "every=day at 02:30", "timeout=10m") == [
        {"task": "good", "option": "every", "value": "day at 02:30"},
        {"task": "good", "option": "timeout", "value": "10m"},
    ]
    shown = site.cli("show", "good")
    assert shown["recurrence"] == "day at 02:30"
    assert all(o["source"].startswith("set by ") for o in shown["options"] if o["name"] in ("every", "timeout"))
    site.cli("set", "good", "cron=*/5 * * * *")
    assert site.cli("list")[0]["recurrence"] == "cron */5 * * * *"
    assert {row["option"] for row in site.cli("unset", "good")} == {"cron", "timeout"}
    assert site.cli("list")[0]["recurrence"] == declared


def test_set_and_unset_take_globs(site: Site) -> None:
    assert [row["task"] for row in site.cli("set", "good*", "timeout=5m")] == ["good", "good_again"]
    site.cli("set", "bad", "timeout=5m", "nice=3")
    assert site.cli("unset", "*", "timeout") == [
        {"task": name, "option": "timeout"} for name in ("good", "bad", "good_again")
    ]
    assert site.cli("unset", "*") == [{"task": "bad", "option": "nice"}]
    assert "nothing of '*' was set" in site.plain("unset", "*").stderr


def test_set_of_what_one_of_them_cannot_have_sets_nothing(site: Site) -> None:
    done = site.plain("set", "*", "run_after=[bad]")
    assert done.returncode == 2 and "tasks.bad.run_after" in done.stderr
    assert not any(option["name"] == "run_after" for option in site.cli("show", "good")["options"])


def test_reset(site: Site) -> None:
    assert site.cli("reset", "good") == [{"task": "good"}]


def test_here_runs_without_a_runner(site: Site) -> None:
    (found,) = site.cli("trigger", "good", "--here")
    assert_shape(found, TRIGGERED)
    assert (found["state"], found["outcome"]) == ("ended", "succeeded")
    row = site.cli("list")[0]
    assert row["last_outcome"] == "succeeded"


def test_here_exits_by_the_outcome_and_disables_what_fails(site: Site) -> None:
    done = site.plain("trigger", "bad", "--here")
    assert done.returncode == 1
    assert "bad: failed after" in done.stdout and "on purpose" in done.stdout
    shown = site.plain("show", "bad").stdout
    assert "Disabled (failed: ValueError: on purpose)" in shown
    assert 'raise ValueError("on purpose")' in shown
    assert f"to enable it: linodctl enable bad -c {site.config}" in shown
    assert site.cli("show", "bad")["failure"]["outcome"] == "failed"


def test_here_a_thread_finds_python_as_usual_and_all_that_it_wrote_reaches_the_disk(site: Site) -> None:
    written = site.folder / "written"
    (site.folder / "writer.py").write_text(
        f"import gc\nOUT = open({str(written)!r}, 'w')\ndef write(): OUT.write(str(gc.get_threshold()))\n"
    )
    site.config.write_text("procedures: {writer: {func: writer.write, every: never, isolation: thread}}\n")
    subprocess.run(site.command("trigger", "writer", "--here"), env=site.env, cwd=site.folder, check=True)
    assert written.read_text() == str(gc.get_threshold())


def test_control_characters_are_shown_as_escapes(site: Site) -> None:
    (site.folder / "rude.py").write_text(
        "def shout(ar):\n    ar.warning('\\x1b[2Jgone\\x07')\n    raise ValueError('\\x1b[31mred')\n"
    )
    site.config.write_text('procedures: {rude: {func: rude.shout, every: never, description: "\\e[1m[bold]"}}\n')
    said = [site.plain("trigger", "rude", "--here").stdout]
    said += [site.plain(*args.split()).stdout for args in ("list", "show rude", "history", "logs rude", "status")]
    for text in said:
        assert text.replace("\n", "").isprintable()
    assert "\\x1b[2Jgone\\x07" in said[0] and "\\x1b[31mred" in said[1]


def test_prune_counts_by_table(site: Site) -> None:
    site.config.write_text("history: {keep: 1}\nprocedures: {good: {func: jobs.quick, every: never}}\n")
    for _ in range(3):
        site.cli("trigger", "good", "--here")
    assert site.cli("prune", "--dry-run")["deleted"]["runs"] == 2
    assert site.cli("prune")["deleted"]["runs"] == 2
    assert len(site.cli("history")) == 1
