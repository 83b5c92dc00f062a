"""What was written into the log is read back: the last entries first, and new ones wherever they go."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from linodctl.logserver import reading
from linodctl.logserver.entry import Entry
from linodctl.logserver.lines import JsonLines, Lines, TextLines
from linodctl.logserver.reading import end_of, follow, newest_first
from linodctl.logserver.site_file import SiteFile

NOON = 1795521600.25
ENTRIES = [
    Entry(NOON, 20, "linodctl", "checkdata: run 12 started (schedule)", event="RunStarted"),
    Entry(NOON, 40, "mysite.views", "page not found", "Traceback:\n\n  File x\nKeyError: [1]: {}", 4711, "MainProcess"),
    Entry(NOON + 0.5, 35, "a", "2026 [1]: x", "", 1, "ForkProcess-1"),
    Entry(NOON + 1, 30, "b", "", "", 2, ""),
]


def plain(entry: Entry) -> Entry:
    """Without what lines for people leave out."""
    return entry._replace(process="" if entry.process == "MainProcess" else entry.process, event=None)


def entry(number: int) -> Entry:
    return Entry(NOON + number, 20, "test", f"entry {number}", "x\ny" if number % 3 == 0 else "", 7)


def written(*numbers: int) -> list[bytes]:
    return [TextLines(UTC).of(entry(number)).encode() for number in numbers]


@pytest.mark.parametrize("lines", [TextLines(ZoneInfo("Europe/Tallinn")), JsonLines(UTC)], ids=["text", "json"])
def test_what_was_written_is_read(tmp_path: Path, lines: Lines) -> None:
    (tmp_path / "log").write_text("".join(map(lines.of, ENTRIES)))
    found = list(newest_first(tmp_path / "log", 0))[::-1]
    assert found == ENTRIES if isinstance(lines, JsonLines) else found == [plain(entry) for entry in ENTRIES]


@pytest.mark.parametrize("block", [1, 7, 50, 100_000])
def test_backwards_through_all_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, block: int) -> None:
    monkeypatch.setattr(reading, "BLOCK", block)
    file = SiteFile(tmp_path / "log", rotate_bytes=200, keep=20)
    file.write(written(*range(30)))
    file.close()
    assert len(list(tmp_path.iterdir())) > 5
    assert list(newest_first(tmp_path / "log", 20)) == [entry(number) for number in reversed(range(30))]
    assert list(newest_first(tmp_path / "nowhere", 20)) == []


def test_what_is_being_written_and_what_nobody_understands(tmp_path: Path) -> None:
    torn = b"\x80 of another program\n".join(written(1, 2)) + written(4)[0][:-5]
    (tmp_path / "log").write_bytes(b"no head\n{not json\n" + torn)
    assert list(newest_first(tmp_path / "log", 0)) == [
        entry(2),
        entry(1)._replace(details="\ufffd of another program"),
    ]


def test_old_files_are_left_out(tmp_path: Path) -> None:
    for name, number in (("log", 2), ("log.1", 1)):
        (tmp_path / name).write_bytes(written(number)[0])
        os.utime(tmp_path / name, (NOON + number, NOON + number))
    since = datetime.fromtimestamp(NOON + 1.5, UTC)
    assert list(newest_first(tmp_path / "log", 5, since)) == [entry(2)]


def take(entries: Iterator[Entry], count: int) -> list[Entry]:
    return list(islice(entries, count))


def test_following_through_rotation_removal_and_cutting(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "POLL", 0.001)
    log = tmp_path / "log"
    file = SiteFile(log, rotate_bytes=10_000, keep=5)
    file.write(written(0, 1))
    entries = follow(log, *end_of(log))
    file.write(written(2, 3))
    assert take(entries, 2) == [entry(2), entry(3)]
    file.write(written(4))
    log.rename(tmp_path / "log.1")
    file.write(written(6))
    assert take(entries, 2) == [entry(4), entry(6)]
    os.truncate(log, 0)
    file.write(written(7))  # shorter than what was there: that is how it shows
    assert take(entries, 1) == [entry(7)]
    log.unlink()
    file.write(written(8))
    assert take(entries, 1) == [entry(8)]
    file.close()
    entries.close()


def test_following_a_file_that_is_not_there_yet(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "POLL", 0.001)
    entries = follow(tmp_path / "log", *end_of(tmp_path / "log"))
    late = threading.Timer(0.02, (tmp_path / "log").write_bytes, [written(1)[0]])
    late.start()
    assert take(entries, 1) == [entry(1)]
    late.join()
    entries.close()


def test_an_entry_written_in_pieces_is_told_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    data = b"".join(written(3, 4))
    pieces = [data[:10], data[10:-3], data[-3:]]

    def go_on(_: float) -> None:
        if pieces:
            with (tmp_path / "log").open("ab") as file:
                file.write(pieces.pop(0))

    monkeypatch.setattr("time.sleep", go_on)
    entries = follow(tmp_path / "log", 0, 0)
    assert take(entries, 2) == [entry(3), entry(4)]
    entries.close()
