"""Other processes and full disks: who reads while somebody writes, what a kill leaves, what a disk refuses."""

from __future__ import annotations

import os
import signal
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from entries import at, child, hears, line, ran, slot_start, told

from linodctl.errors import StateError
from linodctl.store import AlreadyClaimed, StateBusy, StateFull, open_reader, open_store
from linodctl.store.store import Store

CLAIM = """
import sys
from pathlib import Path
from entries import slot_start
from linodctl.store import open_store
store = open_store(Path(sys.argv[1]))
with store.transaction() as ledger:
    for number in range(100):
        ledger.start(slot_start("a", number), host="there")
    if sys.argv[2] == "inside":
        print("claimed", flush=True)
        sys.stdin.readline()
print("committed", flush=True)
sys.stdin.readline()
"""


def intact(state: Path) -> bool:
    with closing(sqlite3.connect(state)) as connection:
        return bool(connection.execute("PRAGMA integrity_check").fetchone() == ("ok",))


def test_a_claim_is_absent_if_its_process_was_killed_before_the_commit(state: Path) -> None:
    with child(CLAIM, state, "inside") as runner:
        hears(runner, "claimed")
        os.kill(runner.pid, signal.SIGKILL)
    with open_store(state) as store:
        assert store.history() == []
        assert ran(store, "a", 0)
    assert intact(state)


def test_a_claim_stays_if_its_process_was_killed_after_the_commit(state: Path) -> None:
    with child(CLAIM, state, "outside") as runner:
        hears(runner, "committed")
        os.kill(runner.pid, signal.SIGKILL)
    with open_reader(state) as reader:
        assert len(reader.running("a")) == 100  # read from the WAL that it left
    with open_store(state) as store, store.transaction() as ledger, pytest.raises(AlreadyClaimed):
        ledger.start(slot_start("a", 0), host="here")
    assert intact(state)


READ = """
import sys
from pathlib import Path
from linodctl.store import open_reader
with open_reader(Path(sys.argv[1])) as reader:
    for word in sys.stdin:
        print(len(reader.history()), len(reader.logs()), flush=True)
"""


def test_another_process_reads_while_we_write(store: Store, state: Path) -> None:
    ran(store, "a", 0)
    with child(READ, state) as reader:
        told(reader)
        hears(reader, "1 0")
        with store.transaction() as ledger:
            run_id = ledger.start(slot_start("a", 10), host="here")
            ledger.log(run_id, [line("one"), line("two")])
            told(reader)
            hears(reader, "1 0")  # neither waits nor sees half of it
        told(reader)
        hears(reader, "2 2")


def test_a_reader_inside_a_snapshot_does_not_hold_up_the_writer(store: Store, state: Path) -> None:
    with open_reader(state) as reader, reader.snapshot():
        assert reader.history() == []
        ran(store, "a", 0)
        assert reader.history() == []


def test_of_two_writers_one_has_to_wait(store: Store, state: Path) -> None:
    with open_store(state, patience=0) as other, store.transaction() as ledger:
        assert ledger.requests() == []  # this stays true to the end of the block, though nothing was written yet
        with pytest.raises(StateBusy, match="locked by another process"):
            other.request("a", at(0), "ann")
    with open_store(state) as other:
        assert other.request("a", at(0), "ann").request_id == 1


CLAIM_ONE = """
import sys
from pathlib import Path
from entries import slot_start
from linodctl.store import AlreadyClaimed, open_store
store = open_store(Path(sys.argv[1]))
print("ready", flush=True)
sys.stdin.readline()
with store.transaction() as ledger:
    try:
        ledger.start(slot_start("a", 0), host="there")
        print("claimed", flush=True)
    except AlreadyClaimed:
        print("refused", flush=True)
"""


def test_of_two_processes_one_gets_the_slot(state: Path) -> None:
    with child(CLAIM_ONE, state) as one, child(CLAIM_ONE, state) as other:
        for process in (one, other):
            hears(process, "ready")
            told(process)
        heard = [process.stdout.readline().strip() for process in (one, other) if process.stdout]
    assert sorted(heard) == ["claimed", "refused"]


def test_a_full_disk_takes_nothing_and_passes(store: Store) -> None:
    ran(store, "a", 0)
    before = store.history()
    (pages,) = store._connection.execute("PRAGMA page_count").fetchone()
    store._connection.execute(f"PRAGMA max_page_count = {pages}")
    with pytest.raises(StateFull, match="disk is full"), store.transaction() as ledger:
        run_id = ledger.start(slot_start("a", 10), host="here")
        ledger.log(run_id, [line("x" * 100_000)])
    assert store.history() == before
    store._connection.execute("PRAGMA max_page_count = 1000000")
    assert ran(store, "a", 10)


def test_a_damaged_file_is_called_damaged(state: Path) -> None:
    with open_store(state) as store:
        for slot in range(200):
            ran(store, "a", slot)
    pages = bytearray(state.read_bytes())
    pages[3 * 4096 :] = b"\xff" * (len(pages) - 3 * 4096)
    state.write_bytes(pages)
    with pytest.raises(StateError, match="is damaged"), open_reader(state) as reader:
        reader.history()
        reader.states()


def test_a_mistake_in_our_own_sql_is_not_blamed_on_the_file(store: Store) -> None:
    with pytest.raises(sqlite3.OperationalError, match="no such table"):
        store._all("SELECT * FROM nowhere")


def test_writing_waits_for_the_disk_only_where_it_matters(store: Store) -> None:
    levels = []
    for durable in (True, False, True):
        with store.transaction(durable=durable):
            levels.append(store._connection.execute("PRAGMA synchronous").fetchone()[0])
    assert levels == [2, 1, 2]  # FULL, NORMAL, FULL
