"""Nothing that is printed can drive the terminal, whoever said it: declarations, procedures, people, rows."""

from __future__ import annotations

import json
import os
import pty
import re
import select
import sqlite3
import subprocess
from dataclasses import dataclass
from pathlib import Path

import pytest
from cli_site import Site, with_home_of_its_own

from linodctl.cli.failures import guarded
from linodctl.cli.program import program

BAD = "\x1b]0;owned\x07\x1b[2J\x9b31m\u202eevil\u2066[red]tag[/red][link=http://x]"
"""A window title, a cleared screen, an 8-bit CSI, bidirectional overrides, and markup."""

JOBS = f"""
import logging, sys
from linodctl import Retry, Skip

BAD = {BAD!r}


def talks(ar, **args):
    print(BAD)
    sys.stderr.write(BAD + "\\n")
    logging.getLogger(BAD).warning("logged %s", BAD)
    ar.progress(1, 2, BAD)
    ar.memory["bad"] = BAD
    return BAD


def fails():
    raise ValueError(BAD)


def warns():
    raise UserWarning(BAD)


def skips():
    raise Skip(BAD)


def wants_more(needed):
    pass
"""

CONFIG = {
    "site": "evil",
    "procedures": {
        "talks": {"func": "evil.talks", "every": "hour", "description": BAD, "args": {BAD: BAD}, "env": {"X": BAD}},
        "fails": {"func": "evil.fails", "every": "never"},
        "warns": {"func": "evil.warns", "every": "never"},
        "skips": {"func": "evil.skips", "every": "never"},
        "broken": {"func": "evil.wants_more", "every": "never"},
    },
}

LOOKS = [
    "list", "list procedures", "show talks", "show fails", "history", "logs", "logs talks", "status", "next",
    "explain talks", "explain fails", "simulate", "check", "check --against linodctl.yaml", "prune --dry-run",
]  # fmt: skip

DRIVES = re.compile("\x1b\\][^m]|\x07|\x9b|\u202e|\u2066|\x1b\\[2J")
"""What of BAD must not come through even where rich draws with sequences of its own."""


@pytest.fixture(scope="module")
def evil(tmp_path_factory: pytest.TempPathFactory) -> Site:
    """A site whose history is full of it; made by runs in this process tree."""
    site = with_home_of_its_own(Site(tmp_path_factory.mktemp("evil"), json.dumps(CONFIG)))
    (site.folder / "evil.py").write_text(JOBS)
    site.env |= {"LOGNAME": "mallory\x1b[2J", "USER": "mallory\x1b[2J"}
    told = [
        site.program("trigger", "talks", "fails", "warns", "skips", "--here"),
        site.program("disable", "warns", "--reason", BAD),
        site.program("set", "skips", f"description={BAD}", f"args={json.dumps({'x': BAD})}"),
        site.program("trigger", "talks", "--arg", f"y={json.dumps(BAD)}"),
    ]
    for done in told:
        assert_harmless(done.stdout + done.stderr)
    site.cli("reset", "broken")
    with sqlite3.connect(site.state) as state:
        state.execute("UPDATE runs SET host = ?", [BAD])
        state.execute("INSERT INTO runners VALUES (1, ?, 1, '', ?, ?, ?, ?, ?, NULL)",
                      [BAD, BAD, BAD, BAD, *["2026-01-01T00:00:00.000000+00:00"] * 2])  # fmt: skip
    state.close()
    return site


@dataclass
class Here:
    """Calls the program in this process: starting it for every look would take a while."""

    capture: pytest.CaptureFixture[str]

    def __call__(self, *args: str) -> subprocess.CompletedProcess[str]:
        code = guarded(program, args)
        return subprocess.CompletedProcess(args, code, *self.capture.readouterr())


@pytest.fixture
def here(evil: Site, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Here:
    monkeypatch.chdir(evil.folder)
    for name in ("HOME", "COLUMNS", "LOGNAME", "USER"):
        monkeypatch.setenv(name, evil.env[name])
    return Here(capsys)


def assert_harmless(text: str) -> None:
    bad = {char for char in text if not char.isprintable() and char not in "\n\t"}
    assert not bad, text


@pytest.mark.parametrize("args", LOOKS)
def test_in_text(here: Here, args: str) -> None:
    done = here(*args.split())
    assert done.returncode in (0, 2, 4), done.stderr
    assert_harmless(done.stdout + done.stderr)


def test_the_texts_are_there_as_escapes_and_markup_is_no_markup(here: Here) -> None:
    shown = here("show", "talks").stdout
    assert shown.count("\\x1b]0;owned\\x07\\x1b[2J\\x9b31m\\u202eevil\\u2066[red]tag[/red][link=http://x]") >= 3


@pytest.mark.parametrize("args", ["list", "show talks", "trigger talks --here"])
def test_on_a_terminal(evil: Site, args: str) -> None:
    shown = on_a_terminal(evil, *args.split(), "--no-color")
    assert "talks" in shown
    assert not DRIVES.search(shown), repr(shown)


@pytest.mark.parametrize("args", LOOKS)
def test_json_stays_json(here: Here, args: str) -> None:
    done = here(*args.split(), "--json")
    assert done.stdout.isascii()
    json.loads(done.stdout)
    assert_harmless(done.stdout + done.stderr)


@pytest.mark.parametrize("style", ["text", "json"])
def test_in_the_log_of_the_runner(evil: Site, style: str) -> None:
    config = evil.folder / f"logs_{style}.yaml"
    everything = {"format": style, "file": f"log.{style}", "level": "DEBUG"}
    config.write_text(json.dumps({**CONFIG, "state": f"{style}.db", "log": everything}))
    names = ("talks", "fails", "warns", "skips")
    subprocess.run(evil.command("trigger", *names, "-c", str(config)), env=evil.env, check=True, capture_output=True)
    done = subprocess.run(
        evil.command("run", "--once", "-c", str(config)), env=evil.env, capture_output=True, text=True
    )
    assert done.returncode == 1, done.stderr
    written = (evil.folder / f"log.{style}").read_text()
    assert "ValueError" in written
    assert_harmless(written + done.stdout + done.stderr)
    if style == "json":
        assert all(json.loads(line)["message"] for line in written.splitlines())


def test_completion(evil: Site) -> None:
    asked = {"_LINODCTL_COMPLETE": "zsh_complete", "COMP_WORDS": "linodctl show ", "COMP_CWORD": "2"}
    done = subprocess.run(evil.command(), env={**evil.env, **asked}, cwd=evil.folder, capture_output=True, text=True)
    assert "talks" in done.stdout
    assert_harmless(done.stdout + done.stderr)


@pytest.mark.parametrize(
    ("args", "code", "says"),
    [
        (["show", "../x"], 3, "no task '../x'"),
        (["show", "a/b"], 3, "no task 'a/b'"),
        (["show", "x" * 100_000], 3, f"no task '{'x' * 100}…'"),
        (["trigger", "--", "-rf"], 3, "no task '-rf'"),
        (["trigger", "-rf"], 2, "-r"),
        (["enable", "--", "--help"], 3, "no task '--help'"),
        (["logs", "/etc/passwd"], 3, "no task '/etc/passwd'"),
        (["cancel", "*/*"], 3, "no task '*/*'"),
        (["set", "talks", "../x=1"], 2, "../x: unknown option"),
        (["explain", ""], 3, "no task ''"),
        (["show", "[a-"], 3, "no task '[a-'"),
    ],
    ids=lambda value: str(value)[:20],
)
def test_names_that_look_like_something_else(here: Here, args: list[str], code: int, says: str) -> None:
    done = here(*args)
    assert done.returncode == code, done.stderr
    assert says in done.stderr and "Traceback" not in done.stderr
    assert len(done.stderr) < 1000


@pytest.mark.parametrize(
    "name",
    ["../x", "a/b", "-rf", "--help", "a\x1b[2J", "a\u202eb", "x" * 101, "", ".", "..", "ä", "a\nb", "tag:x", "*"],
)
@pytest.mark.parametrize("section", ["procedures", "tasks", "limits", "calendars", "tags"])
def test_names_in_a_config_are_plain_words(tmp_path: Path, name: str, section: str) -> None:
    from linodctl.config import ConfigError, load

    fine = {"func": "x.y", "every": "hour"}
    declared = {
        "procedures": {"procedures": {name: fine}},
        "tasks": {"procedures": {"a": fine}, "tasks": {name: {"procedure": "a"}}},
        "limits": {"procedures": {"a": fine}, "limits": {name: 1}},
        "calendars": {"procedures": {"a": fine}, "calendars": {name: ["2026-01-01"]}},
        "tags": {"procedures": {"a": {**fine, "tags": [name]}}},
    }
    file = tmp_path / "linodctl.yaml"
    file.write_text(json.dumps(declared[section]))
    with pytest.raises(ConfigError, match="a name has letters") as error:
        load([file], environ={})
    assert all(line.isprintable() for line in str(error.value).splitlines())


def on_a_terminal(site: Site, *args: str) -> str:
    """What the program writes to a terminal of its own."""
    ours, theirs = pty.openpty()
    process = subprocess.Popen(
        site.command(*args),
        env={**site.env, "TERM": "xterm"},
        cwd=site.folder,
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
    )
    os.close(theirs)
    shown = b""
    while select.select([ours], [], [], 30)[0]:
        try:
            piece = os.read(ours, 65536)
        except OSError:  # the other end is closed
            break
        shown += piece
    os.close(ours)
    assert process.wait(30) in (0, 1, 4)
    return shown.decode()
