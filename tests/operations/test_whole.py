"""Files that are there whole or not at all."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest

from linodctl.operations.whole import write_whole


def broken() -> Iterator[bytes]:
    yield b"half"
    raise OSError("the disk is full")


def test_what_can_not_be_written_whole_leaves_all_as_it_was(tmp_path: Path) -> None:
    file = tmp_path / "file"
    write_whole(file, [b"o", b"ld"], 0o644)
    with pytest.raises(OSError, match="full"):
        write_whole(file, broken(), 0o600)
    assert (file.read_bytes(), stat.S_IMODE(file.stat().st_mode)) == (b"old", 0o644)
    assert list(tmp_path.iterdir()) == [file]


def test_the_draft_of_a_killed_process_with_the_same_number_is_in_nobodys_way(tmp_path: Path) -> None:
    (tmp_path / f".file.{os.getpid()}").write_text("half")
    write_whole(tmp_path / "file", [b"new"], 0o600)
    assert [path.read_text() for path in tmp_path.iterdir()] == ["new"]


def test_what_is_no_file_is_not_replaced_and_a_link_stays_one(tmp_path: Path) -> None:
    file, link, pipe = tmp_path / "file", tmp_path / "link", tmp_path / "pipe"
    link.symlink_to(file)
    write_whole(link, [b"new"], 0o600)
    assert link.is_symlink() and file.read_text() == "new"
    os.mkfifo(pipe)
    link.unlink()
    link.symlink_to(pipe)
    for place in (pipe, link, tmp_path):
        with pytest.raises(OSError, match="it is no regular file"):
            write_whole(place, [b"new"], 0o600)
    assert pipe.is_fifo() and link.is_symlink() and len(list(tmp_path.iterdir())) == 3
