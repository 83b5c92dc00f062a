"""The log file: whole records only, put aside at its size, found again after somebody moved it, never with a gap."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from linodctl.logserver.site_file import SiteFile

LINES = [f"record {number}\n".encode() for number in range(100)]


def files(folder: Path) -> dict[str, str]:
    return {path.name: path.read_text() for path in folder.iterdir()}


def test_it_is_put_aside_before_it_would_grow_too_large(tmp_path: Path) -> None:
    file = SiteFile(tmp_path / "log", rotate_bytes=20, keep=2)
    file.write(LINES[:7])
    assert files(tmp_path) == {
        "log": "record 6\n",
        "log.1": "record 4\nrecord 5\n",
        "log.2": "record 2\nrecord 3\n",
    }
    file.write(LINES[7:8])
    assert files(tmp_path)["log"] == "record 6\nrecord 7\n"
    file.close()


def test_none_is_kept(tmp_path: Path) -> None:
    file = SiteFile(tmp_path / "log", rotate_bytes=20, keep=0)
    file.write(LINES[:5])
    assert files(tmp_path) == {"log": "record 4\n"}
    file.close()


def test_a_record_larger_than_a_file_is_not_split(tmp_path: Path) -> None:
    file = SiteFile(tmp_path / "log", rotate_bytes=20, keep=5)
    file.write([LINES[0], b"x" * 50 + b"\n", LINES[1]])
    assert files(tmp_path) == {"log.2": "record 0\n", "log.1": "x" * 50 + "\n", "log": "record 1\n"}
    file.close()


def test_moved_removed_or_cut_off_by_others(tmp_path: Path) -> None:
    log = tmp_path / "log"
    file = SiteFile(log, rotate_bytes=1000, keep=5)
    file.write(LINES[:2])
    log.rename(tmp_path / "moved")
    file.write(LINES[2:4])
    log.unlink()
    file.write(LINES[4:6])
    os.truncate(log, 0)
    file.write(LINES[6:8])
    assert files(tmp_path) == {"moved": "record 0\nrecord 1\n", "log": "record 6\nrecord 7\n"}
    file.close()


def test_a_torn_last_line_is_ended(tmp_path: Path) -> None:
    (tmp_path / "log").write_text("torn by a pow")
    file = SiteFile(tmp_path / "log", rotate_bytes=1000, keep=5)
    file.write(LINES[:1])
    assert files(tmp_path) == {"log": "torn by a pow\nrecord 0\n"}
    file.close()


def test_where_it_cannot_be_put_aside_it_grows(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = SiteFile(tmp_path / "log", rotate_bytes=20, keep=2)

    def refuse(*_: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "replace", refuse)
    file.write(LINES[:4])
    assert files(tmp_path) == {"log": "record 0\nrecord 1\nrecord 2\nrecord 3\n"}
    file.close()


def test_a_full_disk_leaves_no_half_record(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = SiteFile(tmp_path / "log", rotate_bytes=1000, keep=2)
    file.write(LINES[:1])
    write = os.write
    rooms = [4, 0]

    def full(fd: int, data: memoryview) -> int:
        room = rooms.pop(0)
        if not room:
            raise OSError(28, "No space left on device")
        return write(fd, data[:room])

    monkeypatch.setattr(os, "write", full)
    with pytest.raises(OSError, match="No space left"):
        file.write(LINES[1:3])
    monkeypatch.undo()
    file.write(LINES[3:4])
    assert files(tmp_path) == {"log": "record 0\nrecord 3\n"}
    file.close()


def test_what_is_no_ordinary_file() -> None:
    file = SiteFile(Path("/dev/null"), rotate_bytes=20, keep=2)
    file.write(LINES[:5])
    file.close()
