"""The sample Dockerfile states facts about linodctl: each is held against the program."""

from __future__ import annotations

import json
import re
import signal
from pathlib import Path

import click
import pytest

from linodctl.cli.program import program
from linodctl.operations.site import Site
from linodctl.operations.trust import VARIABLE
from linodctl.runner.signals import Signals

LINES = (Path(__file__).parents[2] / "configs" / "Dockerfile").read_text()
STEPS = re.sub(r"\\\n\s*", "", "\n".join(line for line in LINES.splitlines() if not line.startswith("#"))).splitlines()


def said(instruction: str) -> str:
    (line,) = [line for line in STEPS if line.startswith(f"{instruction} ")]
    return line.removeprefix(f"{instruction} ")


def words(instruction: str) -> list[str]:
    """Of an instruction in exec form: nothing but the exec form makes the runner process 1."""
    found: list[str] = json.loads(re.sub(r"^.*?\[", "[", said(instruction)))
    return found


def environment() -> dict[str, str]:
    return dict(pair.split("=", 1) for pair in said("ENV").split())


@pytest.mark.parametrize("call", [words("ENTRYPOINT") + words("CMD"), words("HEALTHCHECK")], ids=["run", "health"])
def test_its_commands_are_understood(call: list[str]) -> None:
    assert call[0] == "linodctl"
    command = program.get_command(click.Context(program), call[1])
    assert command is not None
    command.make_context(call[1], call[2:])


def test_config_and_state_are_found_where_it_puts_them(tmp_path: Path) -> None:
    environ = {name: f"{tmp_path}{path}" for name, path in environment().items()}
    config, state = Path(environ["LINODCTL_CONFIG"]), Path(environ["LINODCTL_STATE"])
    config.parent.mkdir(parents=True)
    config.write_text("procedures: {a: {func: jobs.a, every: day}}\n")
    assert Site(environ=environ).state == state
    assert str(state.parent) == f"{tmp_path}{said('VOLUME')}"
    assert config.parent == Path(f"{tmp_path}{said('COPY .')}"), "what is copied into the image is where the config is"


def test_its_user_has_no_rights_but_the_state() -> None:
    (made,) = re.findall(r"useradd .*--home-dir (\S+) (\S+)", "\n".join(STEPS))
    assert made == (said("VOLUME"), said("USER"))
    assert [step.split()[0] for step in STEPS if step][-4:] == ["STOPSIGNAL", "HEALTHCHECK", "ENTRYPOINT", "CMD"]
    assert STEPS.index(f"USER {said('USER')}") > max(i for i, step in enumerate(STEPS) if step.startswith("COPY"))
    assert f"ENV {VARIABLE}=" in LINES, "what it says of mounted folders"


def test_its_stop_signal_lets_runs_end() -> None:
    signals = Signals(lambda: None)
    signals._note_stop(signal.Signals[said("STOPSIGNAL")])
    assert signals.stop_why == "got SIGTERM" and not signals.is_urgent
