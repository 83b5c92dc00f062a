"""Every file that linodctl makes is its owner's alone, whatever the umask, from the first moment of its existence."""

from __future__ import annotations

import asyncio
import logging
import os
import signal
import socket
import stat
import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import UTC
from pathlib import Path

import pytest
from sites import SiteFolder, signal_and_wait

from linodctl.cli.reports import write_report
from linodctl.config import LogConfig
from linodctl.domain import LogLevel
from linodctl.logserver.site_log import set_up_log
from linodctl.runner.calling import ask
from linodctl.runner.control import ControlServer
from linodctl.store import open_store
from linodctl.store.lock import SiteLock

PRIVATE = 0o600


def modes(folder: Path) -> dict[str, str]:
    return {path.name: oct(stat.S_IMODE(path.lstat().st_mode)) for path in folder.iterdir()}


@pytest.fixture(params=[0, 0o022, 0o777], ids=["umask 000", "umask 022", "umask 777"])
def umask(request: pytest.FixtureRequest) -> Iterator[int]:
    before = os.umask(request.param)
    yield request.param
    os.umask(before)


@pytest.fixture
def nobody_repairs_modes(monkeypatch: pytest.MonkeyPatch) -> None:
    """Files keep the mode that they were made with: what chmod mends later was open for a moment."""
    fchmod: Callable[[int, int], None] = os.fchmod
    is_unborn: Callable[[int], bool] = lambda fd: stat.S_ISSOCK(os.fstat(fd).st_mode)  # noqa: E731  # bound later
    monkeypatch.setattr(os, "chmod", lambda *_, **__: None)
    monkeypatch.setattr(Path, "chmod", lambda *_, **__: None)
    monkeypatch.setattr(os, "fchmod", lambda fd, mode: fchmod(fd, mode) if is_unborn(fd) else None)


@pytest.fixture
def no_handlers() -> Iterator[None]:
    """The log as it was, afterwards."""
    root = logging.getLogger("linodctl")
    before = (root.level, root.propagate, list(root.handlers))
    yield
    for handler in root.handlers:
        handler.close()
    root.level, root.propagate, root.handlers[:] = before


def log_config(file: Path) -> LogConfig:
    return LogConfig(file, LogLevel.INFO, "text", rotate_bytes=300, rotate_keep=2)


async def listening(state: Path) -> None:
    server = ControlServer(state, lambda message: {"echo": message})
    await server.open()
    try:
        answer = await asyncio.to_thread(ask, state, "ping")
        assert answer == {"echo": {"op": "ping"}}
        assert modes(state.parent)["linodctl.db.sock"] == oct(PRIVATE)
    finally:
        await server.close()


def make_everything(folder: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """The files' modes while a site is in use."""
    monkeypatch.setattr("tempfile.tempdir", str(folder))
    state = folder / "linodctl.db"
    with SiteLock(state), open_store(state):
        set_up_log(log_config(folder / "site.log"), UTC, quiet=True)
        for number in range(20):
            logging.getLogger("linodctl").info("line %s that fills the file until it is put aside", number)
        assert write_report(ValueError("x"))
        asyncio.run(listening(state))
        return modes(folder)


def test_whatever_the_umask(umask: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, no_handlers: None) -> None:
    found = make_everything(tmp_path, monkeypatch)
    assert {"linodctl.db", "linodctl.db-wal", "linodctl.db-shm", "linodctl.db.lock", "site.log", "site.log.1"} <= set(
        found
    )
    assert set(found.values()) == {oct(PRIVATE)}, found


def test_from_the_first_moment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, no_handlers: None, nobody_repairs_modes: None
) -> None:
    before = os.umask(0)
    try:
        found = make_everything(tmp_path, monkeypatch)
    finally:
        os.umask(before)
    assert set(found.values()) == {oct(PRIVATE)}, found


def test_a_socket_in_a_folder_with_a_long_name(tmp_path: Path, umask: int) -> None:
    folder = tmp_path / ("x" * 120)
    folder.mkdir()
    folder.chmod(0o700)
    asyncio.run(listening(folder / "linodctl.db"))


def test_the_copy_before_a_migration(
    tmp_path: Path, nobody_repairs_modes: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    state = tmp_path / "linodctl.db"
    steps = "linodctl.store.migrations.STEPS"
    from linodctl.store import migrations

    all_steps = migrations.STEPS
    before = os.umask(0)
    try:
        open_store(state).close()
        monkeypatch.setattr(steps, (*all_steps, step_to_come))
        open_store(state).close()
    finally:
        os.umask(before)
    assert set(modes(tmp_path)) == {"linodctl.db", "linodctl.db.before-step_to_come"}
    assert set(modes(tmp_path).values()) == {oct(PRIVATE)}


def step_to_come(db: object) -> None:
    """A migration to come."""


def test_a_mode_that_somebody_gave_the_log_stays_through_rotation(tmp_path: Path, no_handlers: None) -> None:
    log = tmp_path / "site.log"
    log.touch()
    log.chmod(0o640)
    set_up_log(log_config(log), UTC, quiet=True)
    for number in range(20):
        logging.getLogger("linodctl").info("line %s that fills the file until it is put aside", number)
    assert set(modes(tmp_path).values()) == {"0o640"} and len(modes(tmp_path)) == 3


def test_a_log_that_cannot_be_written_is_told_in_one_line(tmp_path: Path) -> None:
    site = SiteFolder(tmp_path, "log: {file: nowhere/site.log}\nprocedures: {a: {func: jobs.quick, every: never}}")
    done = site.plain("run", "--once")
    assert done.returncode == 2
    said = (
        f"linodctl: the log file {tmp_path}/nowhere/site.log (log.file) can't be written: No such file or directory\n"
    )
    assert done.stderr == said


def test_a_runner_under_a_generous_umask(tmp_path: Path) -> None:
    site = SiteFolder(tmp_path, "log: {file: site.log}\nprocedures: {a: {func: jobs.quick, every: day}}")
    before = os.umask(0)
    try:
        with site.runner() as runner:
            site.wait_for_end("a")
            found = modes(tmp_path)
            assert signal_and_wait(runner, signal.SIGTERM) == 0
    finally:
        os.umask(before)
    ours = {name: mode for name, mode in found.items() if name.startswith(("linodctl.db", "site.log"))}
    assert set(ours) == {f"linodctl.db{end}" for end in ("", "-wal", "-shm", ".lock", ".sock")} | {
        "linodctl.db.log.sock",
        "site.log",
    }
    assert set(ours.values()) == {oct(PRIVATE)}


def test_init_writes_nothing_that_others_can_change(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", "import os; os.umask(0); from linodctl.cli import main; main()", "init", str(tmp_path)],
        capture_output=True,
    )
    assert done.returncode == 0, done.stderr
    assert modes(tmp_path) == {"linodctl.yaml": "0o644", "jobs.py": "0o644"}


def test_the_socket_is_closed_in_what_a_run_starts(tmp_path: Path) -> None:
    async def inheritable() -> bool:
        server = ControlServer(tmp_path / "linodctl.db", lambda message: message)
        await server.open()
        sockets: list[socket.socket] = list(server._server.sockets)  # type: ignore[union-attr]  # it is open
        try:
            return any(os.get_inheritable(opened.fileno()) for opened in sockets)
        finally:
            await server.close()

    assert not asyncio.run(inheritable())
