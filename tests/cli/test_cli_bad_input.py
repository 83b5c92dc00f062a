"""Bad input: one clear line for each mistake, the contract's exit code, no traceback, and nothing changed on disk."""

from __future__ import annotations

import os
import sqlite3
import subprocess
from dataclasses import dataclass
from pathlib import Path
from shutil import which

import pytest
from cli_site import Site

FINE = "procedures: {good: {func: jobs.quick, every: 1 hour}}\n"


@dataclass(frozen=True)
class Bad:
    """A command on a config, and what it is told."""

    args: str
    code: int
    says: str
    config: str = FINE


CONFIGS = [
    Bad("list", 2, "is empty: declare a procedure", ""),
    Bad("list", 2, "linodctl.yaml:1:41: procedures.good.evry: unknown option (did you mean 'every'?)",
        "procedures: {good: {func: jobs.quick,   evry: 1 hour}}\n"),
    Bad("list", 2, "unknown time zone 'Europe/Talinn' (did you mean 'Europe/Tallinn'?)",
        "timezone: Europe/Talinn\n" + FINE),
    Bad("list", 2, "linodctl.yaml:1:", "procedures: {good: {func: jobs.quick\n"),
    Bad("run", 2, "linodctl.yaml:1:", "procedures: {good: {func: jobs.quick\n"),
    Bad("trigger good", 2, "linodctl.yaml:1:", "procedures: {good: {func: jobs.quick\n"),
    Bad("check", 2, "'jobs.quik': module 'jobs' has no attribute 'quik' (did you mean 'quick'?)",
        "procedures: {good: {func: jobs.quik, every: never}}\n"),
    Bad("check", 2, "there is no module 'nowhere'", "procedures: {good: {func: nowhere.quick, every: never}}\n"),
    Bad("check", 2, "importing 'raises' failed: ZeroDivisionError",
        "procedures: {good: {func: raises.quick, every: never}}\n"),
    Bad("check", 2, "'jobs.os' is not callable", "procedures: {good: {func: jobs.os, every: never}}\n"),
    Bad("check", 2, "it takes no argument 'colour'",
        "procedures: {good: {func: jobs.quick, every: never, args: {colour: red}}}\n"),
]  # fmt: skip

COMMANDS = [
    Bad("show goood", 3, "no task 'goood'; did you mean 'good'?"),
    Bad("trigger goood", 3, "no task 'goood'; did you mean 'good'?"),
    Bad("trigger tag:none", 3, "no task tagged 'none'"),
    Bad("enable zzz", 3, "no task 'zzz'; 'linodctl list' shows the tasks of this site"),
    Bad("history goood", 3, "did you mean 'good'?"),
    Bad("next goood", 3, "did you mean 'good'?"),
    Bad("logs 17", 3, "no run 17; 'linodctl history' shows the runs"),
    Bad("logs 99999999999999999999999", 3, "no run 99999999999999999999999"),
    Bad("cancel 17", 3, "no run 17"),
    Bad("cancel good", 3, "task 'good' doesn't have a request, a run or a retry to cancel"),
    Bad("stop", 4, "no runner is alive"),
    Bad("reload", 4, "no runner is alive"),
    Bad("set good evry=5m", 2, "tasks.good.evry: unknown option"),
    Bad("set good every=banana", 2, "'banana' is not understood here"),
    Bad("set good every", 2, "'every' is not KEY=VALUE"),
    Bad("set good args={colour:~red}", 2, "task 'good' can't be called so: it takes no argument 'colour'"),
    Bad("set g* evry=5m", 2, "tasks.good.evry: unknown option"),
    Bad("trigger good --arg colour=red", 2, "task 'good' can't be called so: it takes no argument 'colour'"),
    Bad("trigger good --here --arg colour=red", 2, "task 'good' can't be called so: it takes no argument 'colour'"),
    Bad("unset good every", 2, "nothing of task 'good' was set at run time"),
    Bad("trigger good --arg colour", 2, "'colour' is not KEY=VALUE"),
    Bad("trigger good --as-of soon", 2, "--as-of: 'soon' is not a time"),
    Bad("trigger good --log-level LOUD", 2, "Invalid value for '--log-level'"),
    Bad("disable good --for 2x", 2, "Invalid value for '--for'"),
    Bad("disable good --for 2h --until tomorrow", 2, "--for and --until say the same thing"),
    Bad("disable good --until yesterday", 2, "is over"),
    Bad("history --since soon", 2, "--since: 'soon' is not a time"),
    Bad("history -n 0", 2, "Invalid value for '-n'"),
    Bad("next --every day --cron @daily", 2, "one of --every, --cron and --rrule"),
    Bad("next --timezone Europe/Tallinn", 2, "--timezone belongs to"),
    Bad("next --cron @daily --timezone Nowhere", 2, "'Nowhere' is not a known time zone"),
    Bad("next --cron banana", 2, "a cron expression has five fields"),
    Bad("run --once --for 2h", 2, "leave --for out"),
    Bad("lst", 2, "there is no command 'lst'; did you mean 'list'"),
    Bad("list --jsn", 2, "--json"),
    Bad("list tsks", 2, "'tsks'"),
    Bad("trigger", 2, "Missing argument 'NAME...'"),
    Bad("completion tcsh", 2, "'tcsh'"),
    Bad("completion", 2, "Choose from: bash, zsh, fish"),
]


@pytest.mark.parametrize("bad", [*CONFIGS, *COMMANDS], ids=lambda bad: f"{bad.args}: {bad.says}"[:60])
def test_bad_input_is_told_in_one_clear_line(site: Site, bad: Bad) -> None:
    (site.folder / "raises.py").write_text("1 / 0\n")
    site.config.write_text(bad.config)
    before = on_disk(site.folder)
    done = site.program(*(word.replace("~", " ") for word in bad.args.split()))
    assert done.returncode == bad.code, done.stderr
    told = done.stdout + done.stderr
    assert bad.says in told
    assert "Traceback" not in told and not done.stderr.startswith("\n")
    if bad.args.split()[0] != "check":
        assert done.stdout == ""
    assert len([line for line in told.splitlines() if bad.says in line]) == 1
    assert on_disk(site.folder) == before


def test_every_problem_is_told_in_one_go(site: Site) -> None:
    site.config.write_text("procedures:\n  a: {func: jobs.quick, evry: 1}\n  b: {every: 1 hour}\nzone: UTC\n")
    lines = site.program("list").stderr.splitlines()
    assert [line.split(": ")[0] for line in lines] == ["linodctl.yaml:2:25", "linodctl.yaml:3:3", "linodctl.yaml:4:1"]


def test_a_phrase_is_pointed_at(site: Site) -> None:
    first, phrase, caret, *examples = site.program("next", "--every", "day att 10:30").stderr.splitlines()
    assert "'att' is not understood here" in first
    assert phrase.index("att") == caret.index("^")
    assert examples and all("for example:" in line for line in examples)


def test_no_config_at_all(site: Site) -> None:
    site.config.unlink()
    done = site.program("list")
    assert done.returncode == 2 and done.stderr.startswith("linodctl: no configuration found (looked for linodctl.yaml")


def test_paths_are_whole_where_the_current_folder_is_the_root(site: Site) -> None:
    done = subprocess.run(site.command("-c", "/nope", "list"), env=site.env, cwd="/", capture_output=True, text=True)
    assert done.stderr.startswith("linodctl: /nope: no such file or folder")


@pytest.mark.parametrize("args", ["list", "run", "trigger good", "status", "history"])
def test_a_state_file_that_is_not_sqlite(site: Site, args: str) -> None:
    site.config.write_text(FINE)
    site.state.write_text("this is not a database, but it is somebody's")
    before = on_disk(site.folder)
    done = site.program(*args.split())
    assert (done.returncode, done.stdout) == (5, "")
    advice = "name another one with --state, or move it away"
    assert done.stderr == f"linodctl: {site.state} is not an SQLite file; {advice}\n"
    assert on_disk(site.folder) == before


@pytest.mark.parametrize("args", ["list", "trigger good"])
def test_a_state_file_of_a_newer_version(site: Site, args: str) -> None:
    site.config.write_text(FINE)
    site.cli("reset", "good")
    with sqlite3.connect(site.state) as newer:
        newer.execute("PRAGMA user_version = 9999")
    newer.close()
    done = site.program(*args.split())
    assert done.returncode == 5 and "newer" in done.stderr and len(done.stderr.splitlines()) == 1


@pytest.mark.skipif(os.geteuid() == 0 and not which("setpriv"), reason="root can write everywhere")
@pytest.mark.parametrize("args", ["trigger good", "run", "trigger good --here"])
def test_a_read_only_folder(site: Site, args: str) -> None:
    site.config.write_text(FINE)
    powers = "-dac_override,-dac_read_search"
    as_others = ["setpriv", f"--bounding-set={powers}", f"--inh-caps={powers}"] if os.geteuid() == 0 else []
    before = on_disk(site.folder)
    site.folder.chmod(0o500)
    try:
        asked = subprocess.run([*as_others, *site.command("list")], env=site.env, cwd=site.folder, capture_output=True)
        done = subprocess.run(
            [*as_others, *site.command(*args.split())], env=site.env, cwd=site.folder, capture_output=True, text=True
        )
    finally:
        site.folder.chmod(0o700)
    assert asked.returncode == 0
    assert done.returncode == 5 and len(done.stderr.splitlines()) == 1, done.stderr
    assert on_disk(site.folder) == before


def test_a_log_file_that_cannot_be_written(site: Site) -> None:
    site.config.write_text("log: {file: nowhere/site.log}\n" + FINE)
    done = site.program("run", "--once")
    assert done.returncode == 2 and len(done.stderr.splitlines()) == 1 and "(log.file) can't be written" in done.stderr


def test_a_state_folder_that_is_not_there(site: Site) -> None:
    site.config.write_text(FINE)
    done = site.program("trigger", "good", "--state", "nowhere/linodctl.db")
    assert done.returncode == 5 and "nowhere of the state file doesn't exist" in done.stderr


@pytest.mark.parametrize(
    "args", [["show", "a\x1b[31m\a"], ["li\x1b[2Jst"], ["list", "--x\x1b[2J"], ["-c", "\x1b]0;x.yaml", "list"]]
)
def test_what_was_typed_cannot_drive_the_terminal(site: Site, args: list[str]) -> None:
    done = site.program(*args)
    assert done.returncode in (2, 3)
    assert "\\x1b" in done.stderr and done.stderr.replace("\n", "").isprintable()


def on_disk(folder: Path) -> set[str]:
    """Every file but the user's cache and Python's, with its content."""
    files = [path for path in folder.rglob("*") if path.is_file() and not {"home", "__pycache__"} & set(path.parts)]
    return {f"{path.relative_to(folder)}={path.read_bytes()!r}" for path in files}
