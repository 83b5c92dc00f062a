from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from config_project import Project


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Project:
    folder = tmp_path / "demo"
    folder.mkdir()
    monkeypatch.chdir(folder)
    return Project(folder)


@pytest.fixture
def tasks(project: Project) -> Callable[..., dict[str, Any]]:
    """The tasks that a text declares, by name."""
    return lambda text, **more: {task.name: task for task in project.load(text, **more).tasks}
