"""The program around the commands: help, version, common options, exit codes, and what a call costs."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from importlib import import_module
from pathlib import Path

import click
import pytest
from cli_site import AT_REST, Site, with_home_of_its_own
from click.testing import CliRunner

from linodctl import __version__
from linodctl.cli import kinds
from linodctl.cli.failures import guarded
from linodctl.cli.program import COMMANDS, program
from linodctl.domain import LogLevel, Outcome

ALL = [(name, summary) for commands in COMMANDS.values() for name, summary in commands.items()]


@pytest.mark.parametrize(("name", "summary"), ALL, ids=[name for name, _ in ALL])
def test_every_command_has_a_helpful_page(name: str, summary: str) -> None:
    command = import_module(f"linodctl.cli.{name}").command
    page = CliRunner().invoke(program, [name, "--help"])
    assert page.exit_code == 0
    assert command.get_short_help_str(200).rstrip(".") == summary.rstrip(".")
    assert f"linodctl {name}" in page.output and "Examples:" in page.output
    assert "Options of all commands:" in page.output and "--config" in page.output
    assert max(map(len, page.output.splitlines())) <= 100


def test_every_file_of_a_command_is_listed() -> None:
    files = {path.stem for path in Path(kinds.__file__).parent.glob("*.py") if "\ndef command(" in path.read_text()}
    assert files - {"common"} == {name for name, _ in ALL}


def test_choices_are_those_of_the_domain() -> None:
    assert list(kinds.LOG_LEVEL.choices) == [level.value for level in LogLevel]
    assert list(kinds.OUTCOME.choices) == [outcome.value for outcome in Outcome]


@pytest.mark.parametrize("args", [[], ["--help"], ["-h"]])
def test_alone_it_prints_help(site: Site, args: list[str]) -> None:
    done = site.program(*args)
    assert done.returncode == 0 and done.stdout.startswith("Usage: linodctl") and done.stderr == ""


ONE_OF_EACH = """
init demo; check; run --once; status; list; show good; next -n 3; simulate --days 1 --json; explain good; history
logs good; metrics; health; reload; stop; notify test; schema; trigger bad --here; cancel good; enable bad
disable good; set good timeout=5m; unset good timeout; reset good; prune; completion bash; service --help; top --help
"""


def test_the_installed_program_does_what_other_tests_see_of_a_forked_one(tmp_path: Path) -> None:
    """Most tests save the program its start (see warm.py); what it says, and how it ends, is the same with one."""
    installed, forked = (with_home_of_its_own(Site(make(tmp_path / name), AT_REST)) for name in ("a", "b"))
    calls = [call.split() for call in ONE_OF_EACH.replace("\n", ";").split(";") if call.strip()]
    assert {name for name, _ in ALL} <= {call[0] for call in calls}
    for call in calls:
        command = installed.command(*call)
        cold = subprocess.run(command, env=installed.env, cwd=installed.folder, capture_output=True, text=True)
        assert told(cold, installed) == told(forked.program(*call), forked), call


def make(folder: Path) -> Path:
    folder.mkdir()
    return folder


def told(done: subprocess.CompletedProcess[str], site: Site) -> tuple[int, str, str]:
    """Exit code and streams, without the folder's name and the time of the day."""
    said = (done.stdout, done.stderr)
    said = tuple(
        re.sub(r"\d+ (day|hour|minute|second)s?( \d+ (hour|minute|second)s?)?", "a while", text) for text in said
    )
    out, err = (re.sub(r"\d[\d.]*|  +", " ", text.replace(str(site.folder), "FOLDER")) for text in said)
    return done.returncode, out, err


@pytest.mark.parametrize("command", [["linodctl"], [sys.executable, "-m", "linodctl"]])
def test_version(site: Site, command: list[str]) -> None:
    program = site.command() if command == ["linodctl"] else command
    done = subprocess.run([*program, "--version"], env=site.env, capture_output=True, text=True, check=True)
    assert done.stdout == f"linodctl {__version__}\n"


def test_a_profiler_tells_what_it_saw_of_the_program(site: Site) -> None:
    profiled = [sys.executable, "-m", "cProfile", *site.command("--version")]
    done = subprocess.run(profiled, env=site.env, capture_output=True, text=True, check=True)
    assert done.stdout.startswith(f"linodctl {__version__}\n") and "function calls" in done.stdout


def test_common_options_stand_before_or_after_the_command(site: Site) -> None:
    other = site.folder / "elsewhere.db"
    before = site.program("--json", "-c", str(site.config), "--state", str(other), "list")
    after = site.program("list", "-c", str(site.config), "--state", str(other), "--json")
    mixed = site.program("-c", str(site.config), "list", "--state", str(other), "--json")
    assert json.loads(before.stdout)[0]["name"] == "good"
    assert strip_times(before.stdout) == strip_times(after.stdout) == strip_times(mixed.stdout)


def strip_times(text: str) -> list[tuple[str, str]]:
    return [(row["name"], row["state"]) for row in json.loads(text)]


def test_config_files_before_and_after_are_merged(site: Site) -> None:
    more = site.folder / "more.yaml"
    more.write_text("procedures: {third: {func: jobs.quick, every: never}}\n")
    done = site.program("-c", str(site.config), "list", "-c", str(more), "--json")
    assert {"good", "third"} <= {row["name"] for row in json.loads(done.stdout)}


def test_state_from_the_environment(site: Site) -> None:
    site.env["LINODCTL_STATE"] = str(site.folder / "other.db")
    assert site.program("reset", "good").returncode == 0
    assert (site.folder / "other.db").exists() and not site.state.exists()


def test_verbose_names_the_files(site: Site) -> None:
    done = site.program("list", "-v")
    assert f"config: {site.config}" in done.stderr and f"state: {site.state}" in done.stderr


@pytest.mark.parametrize(
    ("args", "env", "colored"),
    [
        ([], {}, False),
        (["--color"], {}, True),
        (["--color"], {"NO_COLOR": "1"}, True),
        (["--no-color"], {}, False),
    ],
)
def test_colour_into_a_pipe(site: Site, args: list[str], env: dict[str, str], colored: bool) -> None:
    site.env |= env
    assert ("\x1b[" in site.program("list", *args).stdout) is colored


@pytest.mark.parametrize(("env", "colored"), [({}, True), ({"NO_COLOR": "1"}, False), ({"TERM": "dumb"}, False)])
def test_colour_on_a_terminal(site: Site, env: dict[str, str], colored: bool) -> None:
    text = on_terminal(site, ["list"], {"TERM": "xterm", **env})
    assert "declared_off" in text and "─" in text
    assert ("\x1b[31m" in text) is colored


def on_terminal(site: Site, args: list[str], env: dict[str, str]) -> str:
    """What the program writes to a terminal 200 columns wide."""
    ours, theirs = os.openpty()
    command = site.command(*args)
    process = subprocess.Popen(command, cwd=site.folder, env={**site.env, **env}, stdout=theirs, stderr=theirs)
    os.close(theirs)
    chunks = []
    try:
        while chunk := os.read(ours, 65536):
            chunks.append(chunk)
    except OSError:  # how Linux says that the other side has closed
        pass
    os.close(ours)
    process.wait(30)
    return b"".join(chunks).decode()


def test_a_reader_that_goes_away_is_no_error(site: Site) -> None:
    command = site.command("schema")
    process = subprocess.Popen(command, cwd=site.folder, env=site.env, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    assert process.stdout is not None and process.stderr is not None
    process.stdout.close()
    said = process.stderr.read()
    process.stderr.close()
    assert (process.wait(30), said) == (141, b"")


def test_a_full_device_is_one_clear_line(site: Site) -> None:
    with open("/dev/full", "w") as full:
        done = subprocess.run(site.command("list", "--json"), cwd=site.folder, env=site.env, stdout=full, stderr=-1)
    assert (done.returncode, done.stderr) == (2, b"linodctl: the output can't be written: No space left on device\n")


def test_closed_streams_are_nobodys_trouble(site: Site) -> None:
    command = ["sh", "-c", '"$@" >&- 2>&-', "sh", *site.command("list")]
    assert subprocess.run(command, cwd=site.folder, env=site.env).returncode == 0


def test_text_survives_a_terminal_that_knows_only_ascii(site: Site) -> None:
    site.env |= {"PYTHONIOENCODING": "ascii", "LC_ALL": "C"}
    site.cli("disable", "good", "--reason", "ümlaut …")
    done = site.program("list")
    assert done.returncode == 0 and "mlaut" in done.stdout and done.stderr == ""


def test_a_bug_leaves_a_report_and_one_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    @click.command()
    def buggy() -> None:
        raise KeyError("nobody thought of \x1b[31m")

    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    assert guarded(buggy, []) == 70
    (report,) = tmp_path.glob("linodctl-bug-*.txt")
    assert "nobody thought of" in report.read_text() and "Traceback" in report.read_text()
    assert report.stat().st_mode & 0o077 == 0
    told = capsys.readouterr().err
    assert str(report) in told and len(told.splitlines()) == 1 and "\x1b" not in told


def test_an_interrupt_exits_with_130() -> None:
    @click.command()
    def slow() -> None:
        raise KeyboardInterrupt

    assert guarded(slow, []) == 130


# --- what a call costs -----------------------------------------------------------------------------


def modules_after(site: Site, *args: str) -> set[str]:
    code = (
        "import sys; sys.argv[0] = 'linodctl'\n"
        "from linodctl.cli import main\n"
        "main(); print(*sorted(sys.modules), file=sys.stderr)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, *args], env=site.env, cwd=site.folder, capture_output=True, text=True, check=True
    )
    return set(done.stderr.split())


def test_a_call_imports_what_it_needs(site: Site) -> None:
    version, help_page = modules_after(site, "--version"), modules_after(site, "--help")
    assert {name for name in version if name.startswith("linodctl")} == {"linodctl", "linodctl.cli"}
    assert "click" not in version and "linodctl.operations" not in help_page
    first, second = modules_after(site, "list"), modules_after(site, "list")
    heavy = {"rich", "sqlite_utils", "asyncio", "schedule", "dateutil", "pydantic", "pydantic_core"}
    assert heavy & first == set()
    heavy |= {"yaml", "inspect", "typing_extensions", "gettext", "platform", "urllib.parse"}
    assert heavy & second == set()
