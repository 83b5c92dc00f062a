"""Guards for every test: no test may see or touch the home, config or state of the person who runs it."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from pathlib import Path

import examples  # noqa: F401 (its profiles are known before hypothesis is told which one to use)
import pytest
import warm


@pytest.fixture(scope="session")
def _homes(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Folders that are not there yet."""
    folder = tmp_path_factory.mktemp("homes")
    return (folder / str(number) for number in itertools.count(1))


@pytest.fixture(autouse=True)
def _no_real_home(monkeypatch: pytest.MonkeyPatch, _homes: Iterator[Path]) -> None:
    """A home of the test's own, and no configuration from the environment."""
    home = next(_homes)
    home.mkdir()
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(home / ".config"))
    for name in ("LINODCTL_CONFIG", "LINODCTL_STATE", "XDG_CACHE_HOME"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture(scope="session", autouse=True)
def _warm_servers() -> Iterator[None]:
    yield
    warm.close_servers()
