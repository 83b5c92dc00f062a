"""What happened? The state file: the only room that speaks SQL.

open_reader(path) ──► Reader ─ questions          (sqlite3 only; changes nothing, not even an older file)
open_store(path)  ──► Store ── people's wishes
                        └─ transaction() ──► Ledger ─ what the runner records, a tick at a time
"""

from __future__ import annotations

from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

from linodctl.store.errors import AlreadyClaimed, NewerState, NotWaiting, StateBusy, StateFull, StateGone

if TYPE_CHECKING:
    from linodctl.store.reading import Reader
    from linodctl.store.store import Store

__all__ = [
    "AlreadyClaimed",
    "NewerState",
    "NotWaiting",
    "StateBusy",
    "StateFull",
    "StateGone",
    "open_reader",
    "open_store",
]

PATIENCE = 5.0
"""Seconds to wait for a lock that another process holds on the state file."""


def open_reader(path: Path, patience: float = PATIENCE) -> Reader:
    """The state file for questions; one that isn't there yet is empty. StateError if it can't be read.

    An older file is read through a private copy with the missing migrations, until a command that writes has migrated
    it.
    """
    from linodctl.store import opening
    from linodctl.store.reading import Reader

    condition, connection = opening.open_to_read(path, patience)
    if connection is None:
        return Reader(opening.empty_view(), path, stands_still=True)
    if condition is opening.Condition.OLDER:
        with closing(connection):
            return Reader(opening.migrated_view(connection), path, stands_still=True)
    return Reader(connection, path)


def open_store(path: Path, patience: float = PATIENCE) -> Store:
    """The state file for writing: made, mode 0600, if it isn't there; migrated if it is older. StateError otherwise.

    A transaction waits up to `patience` seconds for another process's; then it raises StateBusy.
    """
    from linodctl.store.store import Store

    return Store(path, patience)
