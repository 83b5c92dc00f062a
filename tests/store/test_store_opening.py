"""Which files are taken for a state file, what is refused, and that a refusal leaves no trace."""

from __future__ import annotations

import os
import sqlite3
import stat
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from entries import NOON, SOURCE, child, hears, ran, told

from linodctl import __version__
from linodctl.errors import StateError
from linodctl.store import NewerState, StateBusy, migrations, open_reader, open_store
from linodctl.store.store import Store

PRIVATE = 0o600


def everything_in(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir() if path.is_file()}


def refused(state: Path) -> StateError:
    """Both doors stay closed, and what is in the folder stays as it is."""
    before = everything_in(state.parent) if state.parent.is_dir() else {}
    with pytest.raises(StateError) as writing:
        open_store(state, patience=0)
    with pytest.raises(StateError):
        open_reader(state, patience=0)
    assert (everything_in(state.parent) if state.parent.is_dir() else {}) == before
    assert writing.value.exit_code == 5
    assert "\n" not in str(writing.value)
    return writing.value


def plain(state: Path, *statements: str) -> None:
    with closing(sqlite3.connect(state, isolation_level=None)) as connection:
        for statement in statements:
            connection.execute(statement)


@pytest.mark.parametrize("umask", [0, 0o777])
def test_a_fresh_file_is_private_whatever_the_umask(state: Path, umask: int) -> None:
    before = os.umask(umask)
    try:
        with open_store(state) as store:
            ran(store, "a", 0)
            files = {path.name: stat.S_IMODE(path.stat().st_mode) for path in state.parent.iterdir()}
    finally:
        os.umask(before)
    assert files == {"linodctl.db": PRIVATE, "linodctl.db-wal": PRIVATE, "linodctl.db-shm": PRIVATE}


def test_a_file_of_zero_bytes_counts_as_fresh(state: Path) -> None:
    state.touch(0o666)
    with open_reader(state) as reader:
        assert reader.history() == []
    assert state.stat().st_size == 0
    with open_store(state) as store:
        ran(store, "a", 0)
    assert stat.S_IMODE(state.stat().st_mode) == PRIVATE
    assert list(state.parent.iterdir()) == [state]  # no copy, nothing left over


def test_a_reader_finds_nothing_where_nothing_is_and_makes_nothing(tmp_path: Path) -> None:
    for state in (tmp_path / "linodctl.db", tmp_path / "no" / "such" / "folder" / "linodctl.db"):
        with open_reader(state) as reader:
            assert reader.states() == {}
            assert reader.history(["a"], limit=5) == []
            assert not (reader.running() or reader.requests() or reader.edits() or reader.discovered())
            assert reader.runner() is None
            assert reader.note("anything") is None
            assert reader.overrides() == {}
    assert list(tmp_path.iterdir()) == []


def test_a_name_with_every_sign_a_uri_could_stumble_over(tmp_path: Path) -> None:
    state = tmp_path / "50% of #1? & ünïcödé.db"
    with open_store(state) as store:
        ran(store, "a", 0)
        with open_reader(state) as reader:
            assert len(reader.history()) == 1
    assert list(tmp_path.iterdir()) == [state]


def test_not_sqlite(state: Path) -> None:
    state.write_bytes(b"PK\x03\x04 certainly not a database" * 100)
    assert "not an SQLite file" in str(refused(state))


def test_a_truncated_header(state: Path) -> None:
    state.write_bytes(b"SQLite format 3\x00")
    refused(state)


def test_a_folder(state: Path) -> None:
    state.mkdir()
    assert "is a folder" in str(refused(state))


def test_a_pipe_is_not_waited_for(state: Path) -> None:
    os.mkfifo(state)
    assert "not an ordinary file" in str(refused(state))


def test_a_missing_folder(tmp_path: Path) -> None:
    with pytest.raises(StateError, match="doesn't exist; create it"):
        open_store(tmp_path / "var" / "linodctl.db")
    assert list(tmp_path.iterdir()) == []


def test_a_file_where_a_folder_should_be(tmp_path: Path) -> None:
    (tmp_path / "var").touch()
    with pytest.raises(StateError, match="can't be reached"):
        open_store(tmp_path / "var" / "linodctl.db")


@pytest.mark.parametrize("statement", ["CREATE TABLE customers (id)", "PRAGMA user_version = 57"])
def test_another_programs_file(state: Path, statement: str) -> None:
    plain(state, statement)
    assert "another program" in str(refused(state))


def test_a_newer_user_version(state: Path) -> None:
    open_store(state).close()
    plain(state, "PRAGMA user_version = 1000", "UPDATE notes SET value = '\"77.1\"' WHERE key = 'written_by'")
    error = refused(state)
    assert isinstance(error, NewerState)
    assert "written by linodctl 77.1" in str(error)
    assert f"this is linodctl {__version__}" in str(error)


def test_a_migration_that_we_do_not_know(state: Path) -> None:
    open_store(state).close()
    plain(
        state,
        "INSERT INTO _sqlite_migrations (migration_set, name, applied_at) VALUES ('linodctl', 'm0999_wings', '2030')",
        "PRAGMA user_version = 999",
        "DROP TABLE notes",  # whatever a later version does with its tables
    )
    error = refused(state)
    assert isinstance(error, NewerState)
    assert "a newer linodctl (it has had m0999_wings)" in str(error)


@pytest.mark.parametrize("prepare", ["PRAGMA locking_mode = EXCLUSIVE", "PRAGMA journal_mode = DELETE"])
def test_a_locked_file(state: Path, prepare: str) -> None:
    open_store(state).close()
    with closing(sqlite3.connect(state, isolation_level=None)) as other:
        other.execute(prepare)
        other.execute("BEGIN EXCLUSIVE")
        other.execute("INSERT INTO notes VALUES ('x', '1')")
        for open_it in (open_reader, open_store):
            with pytest.raises(StateBusy, match="locked by another process"):
                open_it(state, patience=0)


def test_modes_that_somebody_chose_stay(state: Path) -> None:
    open_store(state).close()
    state.chmod(0o640)
    open_store(state).close()
    assert stat.S_IMODE(state.stat().st_mode) == 0o640


MAKE = """
import sys
from pathlib import Path
from linodctl.store import open_store
print("ready", flush=True)
sys.stdin.readline()
with open_store(Path(sys.argv[1])) as store:
    store.put_note(sys.argv[2], 1)
print("made", flush=True)
"""


def test_processes_that_make_the_file_at_the_same_time(state: Path) -> None:
    with child(MAKE, state, "a") as first, child(MAKE, state, "b") as second, child(MAKE, state, "c") as third:
        for process in (first, second, third):
            hears(process, "ready")
        for process in (first, second, third):
            told(process)
        for process in (first, second, third):
            hears(process, "made")
    with open_reader(state) as reader:
        assert [reader.note(key) for key in "abc"] == [1, 1, 1]


def test_who_finds_the_file_half_made_waits(state: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with closing(sqlite3.connect(state, isolation_level=None)) as other:
        other.execute("BEGIN EXCLUSIVE")
        monkeypatch.setattr("linodctl.store.preparing.time.sleep", lambda _: other.execute("ROLLBACK"))
        with open_store(state) as store:
            assert store.history() == []


# --- permissions: root may do everything, so another user has to try ---------------------------------

TRY = """
import os, sys
from pathlib import Path
from linodctl.errors import StateError
from linodctl.store import open_reader, open_store, preparing
import linodctl.store.store, linodctl.store.upgrade
import linodctl.store.history, linodctl.store.totals, linodctl.store.views, urllib.parse
# they are wanted late, and the other user may not be able to read them
if os.geteuid() == 0:
    os.setgroups([])
    os.setegid(65534)
    os.seteuid(65534)
for open_it in (open_reader, open_store):
    try:
        with open_it(Path(sys.argv[1]), patience=0) as opened:
            print(len(opened.history()))
    except StateError as error:
        print(error)
"""


def as_somebody_else(state: Path) -> list[str]:
    """What reading and what writing come to, for a user without rights."""
    command = [sys.executable, "-c", TRY, str(state)]
    done = subprocess.run(command, capture_output=True, text=True, env={**os.environ, "PYTHONPATH": str(SOURCE)})
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines()


@pytest.fixture
def open_place() -> Iterator[Path]:
    """A folder that everybody can reach, unlike pytest's own."""
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o755)
        yield Path(folder)
        Path(folder).chmod(0o755)


def filled(state: Path, mode: int) -> Path:
    with open_store(state) as store:
        ran(store, "a", 0)
    state.chmod(mode)
    return state


def test_a_read_only_folder(open_place: Path) -> None:
    state = filled(open_place / "linodctl.db", 0o444)
    open_place.chmod(0o555)
    before = everything_in(open_place)
    reading, writing = as_somebody_else(state)
    assert reading == "1"  # a file at rest can be read
    assert "can't be written; check its permissions" in writing
    assert everything_in(open_place) == before


def test_a_read_only_folder_without_a_file(open_place: Path) -> None:
    open_place.chmod(0o555)
    reading, writing = as_somebody_else(open_place / "linodctl.db")
    assert reading == "0"
    assert f"folder {open_place} of the state file can't be written" in writing
    assert list(open_place.iterdir()) == []


def test_a_read_only_file(open_place: Path) -> None:
    state = filled(open_place / "linodctl.db", 0o444)
    open_place.chmod(0o777)
    _, writing = as_somebody_else(state)
    assert f"the state file {state} can't be written" in writing


def test_a_file_of_somebody_else(open_place: Path) -> None:
    if os.geteuid() != 0:
        pytest.skip("needs a second user")
    state = filled(open_place / "linodctl.db", 0o600)
    reading, _ = as_somebody_else(state)
    assert "can't be opened; check the permissions" in reading


def test_a_store_is_a_reader_of_what_it_wrote(store: Store) -> None:
    ran(store, "a", 0)
    assert [run.start_time for run in store.running()] == []
    assert store.runs_between("a", NOON.replace(hour=11), NOON)[0].task == "a"


def test_the_tables_are_as_many_steps_as_the_file_says(store: Store, state: Path) -> None:
    with closing(sqlite3.connect(state)) as plain_connection:
        assert plain_connection.execute("PRAGMA user_version").fetchone() == (len(migrations.STEPS),)
        assert plain_connection.execute("PRAGMA journal_mode").fetchone() == ("wal",)
