"""What a new runner does about the one before it: read how it ended, and end what is left of its process tree."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
from datetime import datetime

from linodctl.clock import Clock
from linodctl.domain import Run
from linodctl.errors import SiteHeld
from linodctl.execution.processes import end_group, end_helper
from linodctl.identity import boot_id, helpers_of, is_alive, myself, still_lives
from linodctl.planning.owed import Absence
from linodctl.store.reading import Reader
from linodctl.values import Value

PATIENCE = 5.0
"""Seconds between TERM and KILL for what an earlier runner left running."""


class Legacy(Value):
    """What an earlier runner left behind."""

    last_seen: datetime | None
    """When it was last known to be alive; None if there was none."""
    unclean: bool
    """It ended without saying so."""
    open_runs: tuple[Run, ...]

    def absence_until(self, now: datetime) -> Absence | None:
        """The time when nobody was there."""
        return Absence(min(self.last_seen, now), now) if self.last_seen is not None else None


def look_back(reader: Reader) -> Legacy:
    """Read what the last runner left in the state file. SiteHeld if it lives: somebody has deleted the lock's file, or
    this would not have been asked."""
    open_runs = tuple(run for run in reader.running() if not _belongs_to_a_living(run))
    last = reader.runner()
    if last is None:
        return Legacy(None, unclean=False, open_runs=open_runs)
    if last.stopped is None and last.pid != os.getpid() and is_alive(last.pid, last.pid_started, last.boot_id):
        raise SiteHeld(
            f"the runner with pid {last.pid} since {last.started.isoformat()} still holds this site, though the file "
            f"of its lock was deleted; stop it with 'kill {last.pid}'"
        )
    last_seen = last.stopped or last.heartbeat or last.started
    return Legacy(last_seen, unclean=last.stopped is None, open_runs=open_runs)


async def end_leftovers(legacy: Legacy, clock: Clock) -> None:
    """Stop the process groups of open runs that still live: TERM, then KILL after `PATIENCE` seconds.

    A worker that came to life in the old runner's last moment is on no record: its zygote, which ends it, has time to.

    A pid is believed only if the machine was not booted since and the process started when the record says; a pid alone
    may belong to anybody by now.
    """
    workers = [run for run in legacy.open_runs if _had_a_process(run)]
    living = [run for run in workers if _lives(run)]
    for run in living:
        _ask_group_to_end(run)
    zygotes = [zygote for owner in {run.owner for run in legacy.open_runs} for zygote in helpers_of(owner or "nobody")]
    deadline = clock.monotonic() + PATIENCE
    while any(map(_lives, living)) or any(is_alive(*zygote) for zygote in zygotes):
        if clock.monotonic() > deadline:
            break
        await asyncio.sleep(0.02)
    for pid, started in zygotes:
        end_helper(pid, started)  # its workers with it: the kernel sees to that
    for run in workers:
        end_group(run.pid or 0, run.pid_started or "")  # its offspring too, where the worker itself is gone


def _belongs_to_a_living(run: Run) -> bool:
    """Whether another process looks after it: a `trigger --here` that is still going on."""
    return run.owner is not None and run.owner != myself() and still_lives(run.owner)


def _had_a_process(run: Run) -> bool:
    """Whether the run had a worker of its own, in this boot of the machine: a thread's pid is its owner's."""
    owner, _, rest = (run.owner or "").partition("/")
    return bool(run.pid and run.pid_started) and owner != str(run.pid) and rest.endswith(f"/{boot_id()}")


def _lives(run: Run) -> bool:
    return run.pid is not None and is_alive(run.pid, run.pid_started)


def _ask_group_to_end(run: Run) -> None:
    assert run.pid is not None
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(run.pid, signal.SIGTERM)  # a worker leads its own group
