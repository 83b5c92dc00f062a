"""Guards for every test: no test may see or touch the home, config or state of the person who runs it."""

from __future__ import annotations

import compileall
import itertools
import signal
from collections.abc import Iterator
from pathlib import Path

import examples  # noqa: F401 (its profiles are known before hypothesis is told which one to use)
import pytest
import warm

import linodctl


def pytest_configure(config: pytest.Config) -> None:
    """Make the processes that tests start independent of how the tests were started."""
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:  # as in a shell's background: deaf to Ctrl-C
        signal.signal(signal.SIGINT, signal.default_int_handler)
    if not hasattr(config, "workerinput"):  # once: hundreds of processes need it, and may be told to keep no bytecode
        compileall.compile_dir(linodctl.__path__[0], quiet=2)


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
