"""When the runner's lines are written, and what becomes of them while the log file can't be."""

from __future__ import annotations

import asyncio
import logging
from datetime import UTC, datetime
from pathlib import Path

import pytest
from log_bench import log_config

from linodctl.logserver.entry import Entry
from linodctl.logserver.site_log import SiteLog


def test_a_full_disk_and_its_end_are_told_once(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    config = log_config(tmp_path)
    assert config.file is not None
    log = SiteLog(config, UTC)

    def say(text: str) -> None:
        log.say(Entry(datetime(2026, 3, 2, tzinfo=UTC).timestamp(), logging.INFO, "linodctl", text, pid=1))

    config.file.unlink()
    config.file.symlink_to("/dev/full")
    for text in ("two", "three"):
        say(text)
    config.file.unlink()
    for text in ("four", "five"):
        say(text)
    log.close()
    said = [line.partition("+00:00 ")[2] for line in capsys.readouterr().err.splitlines()]
    assert said == [
        "INFO     two",
        f"ERROR    the log file {config.file} can't be written (No space left on device); others' entries come here",
        "INFO     three",
        "INFO     four",
        f"WARNING  the log file {config.file} can be written again; what came in between stands here alone",
        "INFO     five",
    ]
    assert [line.split()[-1] for line in config.file.read_text().splitlines()] == ["four", "five"]


def test_what_is_said_in_one_turn_is_written_at_its_end_and_a_warning_at_once(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    log = SiteLog(log_config(tmp_path), UTC)

    def say(text: str, level: int = logging.INFO) -> None:
        log.say(Entry(datetime(2026, 3, 2, tzinfo=UTC).timestamp(), level, "linodctl", text, pid=1))

    def written() -> list[str]:
        return [line.split()[-1] for line in capsys.readouterr().err.splitlines()]

    async def turns() -> None:
        say("one")
        say("two")
        assert written() == []
        await asyncio.sleep(0)
        assert written() == ["one", "two"]
        say("three")
        say("four", logging.WARNING)
        assert written() == ["three", "four"]
        say("five")
        await asyncio.to_thread(say, "six")
        assert written() == ["five", "six"]
        say("seven")

    asyncio.run(turns())
    log.close()
    assert written() == ["seven"]
