"""What a new runner does about the one before it: read how it ended, and end what is left of its process tree."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
from dataclasses import dataclass
from datetime import datetime

from linodctl.clock import Clock
from linodctl.domain import Run
from linodctl.planning.owed import Absence
from linodctl.store.identity import boot_id, is_alive
from linodctl.store.reading import Reader

PATIENCE = 5.0
"""Seconds between TERM and KILL for what an earlier runner left running."""


@dataclass(frozen=True, slots=True)
class Legacy:
    """What an earlier runner left behind."""

    last_seen: datetime | None
    """When it was last known to be alive; None if there was none."""
    unclean: bool
    """It ended without saying so."""
    boot_id: str | None
    """The machine's boot id in its days."""
    open_runs: tuple[Run, ...]

    def absence_until(self, now: datetime) -> Absence | None:
        """The time when nobody was there."""
        return Absence(min(self.last_seen, now), now) if self.last_seen is not None else None


def look_back(reader: Reader) -> Legacy:
    """Read what the last runner left in the state file."""
    open_runs = tuple(reader.running())
    last = reader.runner()
    if last is None:
        return Legacy(None, unclean=False, boot_id=None, open_runs=open_runs)
    last_seen = last.stopped or last.heartbeat or last.started
    return Legacy(last_seen, unclean=last.stopped is None, boot_id=last.boot_id, open_runs=open_runs)


async def end_leftovers(legacy: Legacy, clock: Clock) -> None:
    """Stop the process groups of open runs that still live: TERM, then KILL after `PATIENCE` seconds.

    A pid is believed only if the machine was not booted since and the process started when the record says; a pid alone
    may belong to anybody by now.
    """
    if legacy.boot_id != boot_id():
        return
    groups = [run for run in legacy.open_runs if _lives(run)]
    for run in groups:
        _signal_group(run, signal.SIGTERM)
    deadline = clock.monotonic() + PATIENCE
    while (groups := [run for run in groups if _lives(run)]) and clock.monotonic() < deadline:
        await asyncio.sleep(0.02)
    for run in groups:
        _signal_group(run, signal.SIGKILL)


def _lives(run: Run) -> bool:
    return run.pid is not None and run.pid_started is not None and is_alive(run.pid, run.pid_started)


def _signal_group(run: Run, number: signal.Signals) -> None:
    assert run.pid is not None
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(run.pid, number)  # a worker leads its own group
