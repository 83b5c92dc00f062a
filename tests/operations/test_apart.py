"""A config that another process reads: the same tasks, the same problems, and nothing here that only reading needs."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from linodctl.config import ConfigError, gather
from linodctl.errors import HelperEnded, StateError
from linodctl.masking import known
from linodctl.operations import apart
from linodctl.operations.site import Site

CONFIG = """
env_file: .env
procedures:
  fine: {func: jobs.fine, every: 1 hour, description: First, tags: [a], run_after: other, disabled: true}
  other: {func: jobs.fine, cron: "H 3 * * *", args: {n: 1}}
tasks:
  fine: {every: 5 minutes}
  more: {procedure: other, every: hour, count: 3}
"""


@pytest.fixture
def site(make_site: Callable[[str], Site], tmp_path: Path) -> Site:
    (tmp_path / ".env").write_text("PASSWORD=hush-hush\n")
    return make_site(CONFIG)


@pytest.fixture
def readers(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[subprocess.Popen[bytes]]]:
    """The processes that were started to read."""
    started: list[subprocess.Popen[bytes]] = []

    class Noted(subprocess.Popen[bytes]):
        def __init__(self, *args: Any, **kwargs: Any) -> None:
            super().__init__(*args, **kwargs)
            started.append(self)

    monkeypatch.setattr(apart.subprocess, "Popen", Noted)
    yield started
    assert all(process.returncode is not None for process in started)


def test_it_is_what_would_be_read_here(site: Site) -> None:
    lean, here = site.declaration.load_lean(), site.declaration.load()
    assert lean == here
    assert json.loads(json.dumps(lean.watch)) == json.loads(json.dumps(here.watch))
    assert lean.tasks[0].disabled and lean.tasks[0].disabled.endswith("linodctl.yaml:4")


def test_secrets_are_known_here_too(site: Site) -> None:
    known.forget()
    _ = site.declaration.load_lean()
    assert known.text("it said hush-hush") == "it said ***"


def test_every_problem_comes_through(make_site: Callable[[str], Site]) -> None:
    site = make_site("procedures:\n  a: {func: 3}\n  b: {func: x.y, evry: hour}\n")
    with pytest.raises(ConfigError) as here:
        site.declaration.load()
    with pytest.raises(ConfigError) as apart_from_here:
        site.declaration.load_lean()
    assert str(apart_from_here.value) == str(here.value)
    assert len(here.value.problems) == 2


def test_a_state_file_that_can_not_be_read_is_told(site: Site, tmp_path: Path) -> None:
    (tmp_path / "linodctl.db").write_text("no state file, but long enough to be looked at " * 30)
    with pytest.raises(StateError, match=r"linodctl\.db"):
        site.declaration.load_lean()


def test_what_has_not_changed_is_not_read_again(
    site: Site, readers: list[subprocess.Popen[bytes]], monkeypatch: pytest.MonkeyPatch
) -> None:
    while not gather.is_settled(gather.stat_of(site.declaration.paths[0]), gather.SystemClock().now()):
        pass
    first = site.declaration.load_lean()
    assert site.declaration.load_lean() is first and len(readers) == 1
    with site.writing() as store:
        store.set_override("fine", {"every": "never"}, site.now(), "ann")
    assert site.declaration.load_lean().tasks[0].recurrence.text == "never"
    assert len(readers) == 2


def test_who_ended_the_reader_is_told(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(apart, "_PROGRAM", "import os, signal; os.kill(os.getpid(), signal.SIGKILL)")
    with pytest.raises(HelperEnded, match=signal.SIGKILL.name):
        site.declaration.load_lean()
    monkeypatch.setattr(apart, "_PROGRAM", "print('{}', end='')")
    with pytest.raises(HelperEnded, match="itself"):
        site.declaration.load_lean()


def test_without_room_for_a_process_it_is_read_here(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(apart.sys, "executable", "/nothing/here")
    assert [task.name for task in site.declaration.load_lean().tasks] == ["fine", "other", "more"]


def test_this_process_needs_neither_yaml_nor_pydantic(site: Site) -> None:
    code = (
        "import sys\n"
        "from linodctl.operations.site import Site\n"
        "from linodctl.operations.trust import CarefulLoader\n"
        "assert len(CarefulLoader(Site([sys.argv[1]])).load().tasks) == 3\n"
        "heavy = {'yaml', 'pydantic_core', 'click', 'rich', 'sqlite_utils'} & sys.modules.keys()\n"
        "assert not heavy, heavy\n"
    )
    subprocess.run([sys.executable, "-c", code, str(site.declaration.paths[0])], check=True, env=dict(os.environ))
