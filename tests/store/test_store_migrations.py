"""A state file of an older version: migrated in one transaction with a copy kept, or left as it was."""

from __future__ import annotations

import sqlite3
import stat
from contextlib import closing
from pathlib import Path

import pytest
from entries import child, hears, ran, told

from linodctl.errors import StateError
from linodctl.store import migrations, open_reader, open_store
from linodctl.store.migrations import Executes

TODAY = [step.__name__ for step in migrations.STEPS]


def m9001_colour(db: Executes) -> None:
    db.execute("ALTER TABLE runs ADD COLUMN colour TEXT DEFAULT 'blue'")
    db.execute("UPDATE runs SET colour = 'red'")


def m9002_shape(db: Executes) -> None:
    db.execute("ALTER TABLE runs ADD COLUMN shape TEXT")


def m9002_broken(db: Executes) -> None:
    db.execute("ALTER TABLE runs ADD COLUMN shape TEXT")
    db.execute("UPDATE no_such_table SET shape = 'round'")


@pytest.fixture
def older(state: Path) -> Path:
    """A file with one run in it, as today's version leaves it."""
    with open_store(state) as store:
        ran(store, "a", 0)
    return state


def later_version(monkeypatch: pytest.MonkeyPatch, *steps: object) -> None:
    monkeypatch.setattr(migrations, "STEPS", (*migrations.STEPS, *steps))


def columns(state: Path) -> set[str]:
    with closing(sqlite3.connect(state)) as connection:
        return {row[1] for row in connection.execute("PRAGMA table_info(runs)")}


def applied(state: Path) -> list[str]:
    with closing(sqlite3.connect(state)) as connection:
        return [name for (name,) in connection.execute("SELECT name FROM _sqlite_migrations ORDER BY id")]


def test_pending_migrations_are_applied_and_a_copy_is_kept(older: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    later_version(monkeypatch, m9001_colour, m9002_shape)
    with open_store(older) as store:
        assert len(store.history()) == 1
    assert applied(older) == [*TODAY, "m9001_colour", "m9002_shape"]
    assert {"colour", "shape"} <= columns(older)

    copy = older.with_name("linodctl.db.before-m9001_colour")
    assert applied(copy) == TODAY
    assert stat.S_IMODE(copy.stat().st_mode) == 0o600
    assert copy.read_bytes()[18:20] == b"\1\1"  # not in WAL mode: whoever opens it leaves nothing beside it
    with closing(sqlite3.connect(copy)) as connection:
        assert connection.execute("SELECT count(*) FROM runs").fetchone() == (1,)
    assert {path.name for path in older.parent.iterdir()} == {older.name, copy.name}


def test_a_failed_migration_takes_the_others_with_it(older: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    later_version(monkeypatch, m9001_colour, m9002_broken)
    before = older.read_bytes()
    with pytest.raises(StateError, match="can't be migrated") as error:
        open_store(older)
    copy = older.with_name("linodctl.db.before-m9001_colour")
    assert f"a copy is kept at {copy}" in str(error.value)
    assert "no such table" in str(error.value)
    assert older.read_bytes() == before
    assert applied(copy) == applied(older) == TODAY
    assert "colour" not in columns(older)


def test_the_copy_holds_what_only_the_wal_has(older: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with open_store(older) as old_version:
        ran(old_version, "a", 10)
        assert older.with_name("linodctl.db-wal").stat().st_size > 0
        later_version(monkeypatch, m9001_colour)
        open_store(older).close()
    with closing(sqlite3.connect(older.with_name("linodctl.db.before-m9001_colour"))) as connection:
        assert connection.execute("SELECT count(*) FROM runs").fetchone() == (2,)


def test_a_second_attempt_replaces_the_copy_of_the_first(older: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    copy = older.with_name("linodctl.db.before-m9001_colour")
    copy.write_text("of an attempt before")
    copy.with_name(copy.name + ".part").write_text("of one that was killed")
    later_version(monkeypatch, m9001_colour)
    open_store(older).close()
    assert applied(copy) == TODAY
    assert {path.name for path in older.parent.iterdir()} == {older.name, copy.name}


def test_readers_see_an_older_file_migrated_and_leave_it_alone(older: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    later_version(monkeypatch, m9001_colour)
    before = older.read_bytes()
    with open_reader(older) as reader:
        assert len(reader.history()) == 1
        assert reader._all("SELECT colour FROM runs")[0]["colour"] == "red"
        with pytest.raises(StateError):
            reader._all("DELETE FROM runs")
    assert older.read_bytes() == before


def test_a_fresh_file_gets_all_steps_and_no_copy(state: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    later_version(monkeypatch, m9001_colour)
    open_store(state).close()
    assert list(state.parent.iterdir()) == [state]
    assert applied(state) == [*TODAY, "m9001_colour"]


MIGRATE = """
import sys
from pathlib import Path
from linodctl.store import migrations, open_store
import linodctl.store.upgrade, test_store_migrations
migrations.STEPS += (test_store_migrations.m9001_colour,)
print("ready", flush=True)
sys.stdin.readline()
open_store(Path(sys.argv[1])).close()
print("done", flush=True)
"""


def test_two_processes_that_find_the_same_older_file(older: Path) -> None:
    with child(MIGRATE, older) as one, child(MIGRATE, older) as other:
        for process in (one, other):
            hears(process, "ready")
        for process in (one, other):
            told(process)
        for process in (one, other):
            hears(process, "done")
    assert applied(older) == [*TODAY, "m9001_colour"]


def test_steps_are_numbered_without_a_gap() -> None:
    assert [step.__name__[:5] for step in migrations.STEPS] == [
        f"m{number:04}" for number in range(1, len(migrations.STEPS) + 1)
    ]
