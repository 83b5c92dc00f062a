"""Work for the disk beside the work of the loop."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from pathlib import Path

import pytest

from linodctl.store import open_store
from linodctl.store.flushing import checkpoint, flush
from linodctl.store.preparing import USUAL_WAL
from linodctl.store.store import Store


def test_what_was_committed_is_brought_to_the_disk(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    flushed: list[str] = []
    monkeypatch.setattr(os, "fdatasync", lambda descriptor: flushed.append(os.readlink(f"/proc/self/fd/{descriptor}")))
    assert not flush(store.path)
    assert flushed == [f"{store.path}-wal"]


def test_so_it_is_where_the_state_file_is_a_link(store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    flushed: list[str] = []
    monkeypatch.setattr(os, "fdatasync", lambda descriptor: flushed.append(os.readlink(f"/proc/self/fd/{descriptor}")))
    link = tmp_path / "link.db"
    link.symlink_to(store.path)
    with open_store(link) as linked:
        flush(linked.path)
    assert flushed == [f"{store.path}-wal"]


def test_a_large_wal_is_moved_to_the_state_file_while_others_use_it(store: Store) -> None:
    size = store.path.stat().st_size
    with store.transaction(durable=False) as ledger:
        ledger.put_note("large", "x" * 2 * USUAL_WAL)
    assert store.path.stat().st_size == size
    assert flush(store.path)
    checkpoint(store.path)
    assert store.path.stat().st_size > size + USUAL_WAL
    assert not flush(store.path), "all of it has been moved"
    store.request("a", datetime.now(UTC), "somebody")  # the lock is where it was


def test_a_file_that_is_gone_is_nobodys_trouble_here(tmp_path: Path) -> None:
    assert not flush(tmp_path / "gone.db")
    checkpoint(tmp_path / "gone.db")


def test_a_disk_that_refuses_is_told_of(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(descriptor: int) -> None:
        raise OSError(5, "Input/output error")

    monkeypatch.setattr(os, "fdatasync", refuse)
    with pytest.raises(OSError, match="Input/output error"):
        flush(store.path)
