"""Audit, third part: what the site has left on the machine once its runner has stopped."""

from __future__ import annotations

import os
import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

from linodctl.store.lock import SiteLock

from .arena import Arena


def check_leftovers(arena: Arena) -> Iterator[str]:
    """One sentence for each discrepancy."""
    yield from _processes(arena)
    yield from _locks(arena)
    yield from _state_file(arena)


def _processes(arena: Arena) -> Iterator[str]:
    """None is alive, but for daemons that left their run's session: those belong to nobody."""
    daemons = {note.pid for note in arena.journal.entries() if note.what == "daemon"}
    for process in arena.processes():
        if process.pid in daemons:
            process.kill()
        else:
            yield f"process {process.pid} is still alive: {process.command:.200}"


def _locks(arena: Arena) -> Iterator[str]:
    """Nobody holds a lock on any file of the site. (A daemon just killed may still be on its way out.)"""
    deadline = time.monotonic() + 2
    while (locked := _locked(arena.folder)) and time.monotonic() < deadline:
        time.sleep(0.05)
    for path in locked:
        yield f"{path} is still locked"
    holder = SiteLock(arena.state).holder()
    if holder is not None:
        yield f"the site is still held: {holder}"


def _locked(folder: Path) -> list[Path]:
    """The files below the folder that are named in /proc/locks, by the number of their inode."""
    inodes = {line.split()[-3].rpartition(":")[2] for line in Path("/proc/locks").read_text().splitlines() if line}
    files = [Path(root) / name for root, _, names in os.walk(folder) for name in names]
    return [path for path in files if str(path.lstat().st_ino) in inodes]


def _state_file(arena: Arena) -> Iterator[str]:
    with closing(sqlite3.connect(arena.state)) as db:
        found = [row[0] for row in db.execute("PRAGMA integrity_check")]
        if found != ["ok"]:
            yield f"the state file is damaged: {'; '.join(found)}"
        broken = db.execute("PRAGMA foreign_key_check").fetchall()
        if broken:
            yield f"the state file has rows that point nowhere: {broken[:5]}"
        if db.execute("SELECT count(*) FROM runners WHERE stopped IS NULL AND id = (SELECT max(id) FROM runners)") == (
            1,
        ):
            yield "the last runner stopped and didn't say so"
