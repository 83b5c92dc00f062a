"""Guards for every test: no test may see or touch the home, config or state of the person who runs it."""

from __future__ import annotations

from pathlib import Path

import pytest


@pytest.fixture(autouse=True)
def _no_real_home(monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory) -> None:
    """A home of the test's own, and no configuration from the environment."""
    home = tmp_path_factory.mktemp("home")
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(Path(home) / ".config"))
    for name in ("LINODCTL_CONFIG", "LINODCTL_STATE", "XDG_CACHE_HOME"):
        monkeypatch.delenv(name, raising=False)
