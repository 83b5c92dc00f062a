"""A config may speak of decorated functions before anybody has looked for them."""

from __future__ import annotations

from pathlib import Path

import pytest

from linodctl.config import ConfigError, load
from linodctl.config.discovery import Discovered

TEXT = """
discover: [jobs]
procedures:
  known: {func: jobs.known, every: day, run_after: [hidden]}
  hidden: {every: hour}
tasks:
  hidden_too: {every: minute}
  more: {procedure: hidden}
"""


class Row:
    def __init__(self, name: str) -> None:
        self.module, self.name, self.func, self.options = "jobs", name, f"jobs.{name}", {}


@pytest.fixture
def path(tmp_path: Path) -> Path:
    file = tmp_path / "linodctl.yaml"
    file.write_text(TEXT)
    return file


def test_before_the_look_they_are_left_out_without_a_word(path: Path) -> None:
    loaded = load([path], environ={}, looked=False)
    assert [task.name for task in loaded.tasks] == ["known"]
    assert loaded.warnings == ()


def test_after_the_look_they_are_there(path: Path) -> None:
    rows: list[Discovered] = [Row("hidden"), Row("hidden_too")]
    loaded = load([path], environ={}, discovered=rows, looked=True)
    assert {task.name for task in loaded.tasks} == {"known", "hidden", "hidden_too", "more"}
    assert loaded.warnings == ()


def test_after_the_look_what_is_still_missing_is_a_problem(path: Path) -> None:
    with pytest.raises(ConfigError) as caught:
        load([path], environ={}, discovered=(), looked=True)
    assert {problem.key for problem in caught.value.problems} >= {"procedures.hidden", "tasks.hidden_too"}
