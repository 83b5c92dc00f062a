"""What a runner opens for its time, and what it does without it."""

from __future__ import annotations

import logging
import os
from collections.abc import Iterator
from datetime import UTC
from pathlib import Path

import pytest
from log_bench import log_config

from linodctl.logserver.serving import serving


@pytest.fixture(autouse=True)
def _as_before(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The log of this process, and its environment, as they were."""
    monkeypatch.setenv("LINODCTL_LOG_SOCKET", "")
    root = logging.getLogger("linodctl")
    before = (root.level, root.propagate, list(root.handlers))
    yield
    for handler in root.handlers:
        handler.close()
    root.level, root.propagate, root.handlers[:] = before


def test_a_socket_that_cannot_be_made_does_not_stop_the_runner(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "linodctl.db.log.sock").mkdir()
    with serving(tmp_path / "linodctl.db", log_config(tmp_path), UTC, quiet=True, color=False):
        logging.getLogger("linodctl").info("it goes on")
    assert "ERROR    no log server at " in capsys.readouterr().err
    assert (tmp_path / "site.log").read_text().endswith("it goes on\n")


def test_workers_are_told_where_to_log(tmp_path: Path) -> None:
    with serving(tmp_path / "linodctl.db", log_config(tmp_path), UTC, quiet=True, color=False):
        assert Path(os.environ["LINODCTL_LOG_SOCKET"]).is_socket()


def test_quiet_is_for_stderr_alone(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with serving(tmp_path / "linodctl.db", log_config(tmp_path), UTC, quiet=True, color=True):
        logging.getLogger("linodctl").info("ordinary")
        logging.getLogger("linodctl").warning("alarming")
        logging.getLogger("linodctl").debug("too much")
    assert [line.split()[-1] for line in (tmp_path / "site.log").read_text().splitlines()] == ["ordinary", "alarming"]
    said = capsys.readouterr().err
    assert said.startswith("\033[33m") and said.count("\n") == 1


def test_a_wrong_format_string_of_our_own_stops_nothing_and_secrets_are_masked(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with serving(tmp_path / "linodctl.db", log_config(tmp_path), UTC, quiet=True, color=False):
        logging.getLogger("linodctl").error("%d", "x")
        logging.getLogger("linodctl").error("mysql --password=hunter22 failed")
        logging.getLogger("linodctl").error("on it goes")
    text = (tmp_path / "site.log").read_text()
    assert text.endswith("on it goes\n") and "password=*** failed" in text
    assert "--- Logging error ---" in capsys.readouterr().err
