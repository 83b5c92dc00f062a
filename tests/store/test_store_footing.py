"""The state file deleted, moved or replaced while it is open: nothing is written where nobody will find it."""

from __future__ import annotations

import os
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from entries import at, ran, slot_start

from linodctl.store import AlreadyClaimed, StateGone, open_reader, open_store
from linodctl.store.store import Store


def assert_nothing_can_be_claimed(store: Store, told: str, *, mendable: bool) -> None:
    with pytest.raises(StateGone, match=told) as gone, store.transaction() as ledger:
        ledger.start(slot_start("a", 99), host="here")
    assert gone.value.mendable is mendable


def assert_it_knows_its_claims(store: Store, slots: int) -> None:
    with open_reader(store.path) as reader:
        assert len(reader.history()) == slots
    with store.transaction() as ledger, pytest.raises(AlreadyClaimed):
        ledger.start(slot_start("a", 0), host="here")
    with closing(sqlite3.connect(store.path)) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)


@pytest.mark.parametrize("endings", [("",), ("", "-wal", "-shm"), ("-wal",), ("-wal", "-shm")])
def test_a_deleted_file_is_written_again_with_all_that_was_in_it(store: Store, endings: tuple[str, ...]) -> None:
    ran(store, "a", 0)
    ran(store, "a", 10)
    for ending in endings:
        store.path.with_name(store.path.name + ending).unlink()
    assert_nothing_can_be_claimed(store, "was deleted while in use", mendable=True)
    store.put_back()
    assert ran(store, "a", 20)
    assert_it_knows_its_claims(store, 3)
    assert store.path.stat().st_mode & 0o777 == 0o600
    assert not list(store.path.parent.glob("*.rescued*"))
    with open_store(store.path) as other:
        other.request("a", at(0), "ann")
    assert len(store.requests()) == 1, "both have the same file open"


def test_a_deleted_folder_is_waited_for(tmp_path: Path) -> None:
    folder = tmp_path / "site"
    folder.mkdir()
    with open_store(folder / "linodctl.db") as store:
        ran(store, "a", 0)
        shutil.rmtree(folder)
        assert_nothing_can_be_claimed(store, "folder .* was deleted; make it again", mendable=True)
        with pytest.raises(Exception, match="can't be written again: No such file"):
            store.put_back()
        folder.mkdir()
        store.put_back()
        assert_it_knows_its_claims(store, 1)


def test_a_copy_that_could_not_be_put_in_place_is_put_there_later(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    ran(store, "a", 0)
    store.path.unlink()
    with monkeypatch.context() as broken:
        broken.setattr(Path, "replace", lambda *_: (_ for _ in ()).throw(OSError(5, "Input/output error")))
        with pytest.raises(Exception, match="can't be put back: Input/output error"):
            store.put_back()
    assert_nothing_can_be_claimed(store, "is being put back", mendable=True)
    store.put_back()
    assert_it_knows_its_claims(store, 1)


def test_a_moved_file_is_waited_for(store: Store) -> None:
    ran(store, "a", 0)
    elsewhere = store.path.with_name("moved.db")
    store.path.rename(elsewhere)
    assert_nothing_can_be_claimed(store, "was moved away; put it back", mendable=False)
    elsewhere.rename(store.path)
    assert ran(store, "a", 10)
    assert_it_knows_its_claims(store, 2)


def test_another_file_in_its_place_is_not_written_to(store: Store, tmp_path: Path) -> None:
    ran(store, "a", 0)
    with open_store(tmp_path / "other.db") as other:
        ran(other, "b", 0)
    kept = tmp_path / "kept.db"
    os.link(store.path, kept)
    (tmp_path / "other.db").replace(store.path)
    assert_nothing_can_be_claimed(store, "another file has taken the place", mendable=False)
    kept.replace(store.path)
    assert ran(store, "a", 10)
    assert_it_knows_its_claims(store, 2)
