"""How entries read: for people, for programs, for the journal; none can pass for another one or drive a terminal."""

from __future__ import annotations

import json
import os
from datetime import UTC
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from linodctl.logserver.entry import Entry
from linodctl.logserver.lines import JournalLines, JsonLines, TextLines, is_journal

NOON = 1795521600.25  # 2026-11-24 12:00:00.250 UTC
OURS = Entry(NOON, 20, "linodctl", "checkdata: run 12 started", pid=7, event="RunStarted")
THEIRS = Entry(NOON + 1, 30, "mysite.views", "page not found", "Traceback:\n  File x\nKeyError: 1", 4711, "MainProcess")
NASTY = Entry(NOON, 50, "a\nb", "one\x1b[2J\r\n2026-11-24 12:00:00.000+00:00 INFO     linodctl: fake\n", "", 1, "p\x07")


def test_text_is_told_in_the_zone_of_the_site() -> None:
    lines = TextLines(ZoneInfo("Europe/Tallinn"))
    assert lines.of(OURS) == "2026-11-24 14:00:00.250+02:00 INFO     checkdata: run 12 started\n"
    assert lines.of(THEIRS) == (
        "2026-11-24 14:00:01.250+02:00 WARNING  mysite.views[4711]: page not found\n"
        "    Traceback:\n      File x\n    KeyError: 1\n"
    )


def test_text_can_neither_pass_for_an_entry_nor_drive_a_terminal() -> None:
    assert TextLines(UTC).of(NASTY) == (
        "2026-11-24 12:00:00.250+00:00 CRITICAL a\\nb[1 p\\x07]: one\\x1b[2J\\r\n"
        "    2026-11-24 12:00:00.000+00:00 INFO     linodctl: fake\n"
    )


def test_colour_goes_around_the_whole_entry() -> None:
    assert TextLines(UTC, color=True).of(THEIRS).startswith("\033[33m2026")
    assert TextLines(UTC, color=True).of(THEIRS).endswith("KeyError: 1\033[0m\n")
    assert "\033" not in TextLines(UTC, color=True).of(OURS)


def test_json_is_one_line_of_ascii() -> None:
    line = JsonLines(UTC).of(NASTY._replace(message="€\u2028\n"))
    assert line.isascii() and line.count("\n") == 1
    assert json.loads(JsonLines(ZoneInfo("Europe/Tallinn")).of(THEIRS)) == {
        "time": "2026-11-24T14:00:01.250000+02:00",
        "level": "WARNING",
        "logger": "mysite.views",
        "pid": 4711,
        "process": "MainProcess",
        "event": None,
        "message": "page not found",
        "details": "Traceback:\n  File x\nKeyError: 1",
    }
    ours = json.loads(JsonLines(UTC).of(OURS._replace(facts={"task": "checkdata", "run_id": 12})))
    assert (ours["event"], ours["task"], ours["run_id"]) == ("RunStarted", "checkdata", 12)


@pytest.mark.parametrize(("level", "priority"), [(5, 7), (10, 7), (20, 6), (25, 6), (30, 4), (40, 3), (50, 2), (99, 2)])
def test_the_journal_gets_a_priority(level: int, priority: int) -> None:
    entry = Entry(NOON, level, "linodctl", "hello")
    assert JournalLines().of(entry) == f"<{priority}>hello\n"


def test_each_line_in_the_journal_has_its_priority() -> None:
    assert JournalLines().of(THEIRS) == (
        "<4>mysite.views[4711]: page not found\n<4>    Traceback:\n<4>      File x\n<4>    KeyError: 1\n"
    )


def test_the_journal_is_known_by_device_and_inode(tmp_path: Path) -> None:
    with (tmp_path / "stream").open("w") as stream:
        status = os.fstat(stream.fileno())
        assert is_journal(stream, {"JOURNAL_STREAM": f"{status.st_dev}:{status.st_ino}"})
        assert not is_journal(stream, {"JOURNAL_STREAM": f"{status.st_dev}:{status.st_ino + 1}"})
        assert not is_journal(stream, {})
    assert not is_journal(None, {"JOURNAL_STREAM": "1:1"})
