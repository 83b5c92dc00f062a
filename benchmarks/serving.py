"""A scheduler at work: start it, let it settle, watch it for a while from outside, end it.

start ──► every due task has run once ──► settle ──► window: CPU, wake-ups, slots ──► the last slots' runs ──► TERM
"""

from __future__ import annotations

import math
import subprocess
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from benchmarks.asking import Absent, Failed, absence, command, environment
from benchmarks.jobs import STAMPS
from benchmarks.lateness import Late, lateness, read_stamps
from benchmarks.plan import Plan
from benchmarks.procfs import Cost, cost, end_tree


@dataclass(frozen=True, slots=True)
class Watched:
    """What was seen in the window of `seconds`."""

    first_run: float
    """Seconds from the start of the process to the first line of the first run; NaN when nothing was due."""
    late: list[Late]
    missed: int
    cpu: float
    wakes: int
    pss: int
    seconds: int


def watch(contender: str, options: Mapping[str, Any], plan: Plan, *, settle: float, seconds: int) -> Watched:
    with _served(contender, options, plan) as (process, stamps, started):
        first_run = _wait_for_first(process, stamps, plan.due) - started if plan.due else math.nan
        begin = math.ceil(time.time() + settle) + 0.9  # tasks due at the full second have all their slots within
        time.sleep(begin - time.time())
        before = cost(process.pid)
        time.sleep(begin + seconds - time.time())
        after = cost(process.pid, memory=True)
        if process.poll() is not None:
            raise Failed(_last_words(process, Path(plan.folder)))
        late, missed = _all_in(process, stamps, plan, begin, seconds)
    return Watched(first_run, late, missed, after.cpu - before.cpu, _less(after, before), after.pss, seconds)


def time_to_first_run(contender: str, options: Mapping[str, Any], plan: Plan) -> float:
    """Only that: seconds from the start of the process to the first line of the first run."""
    with _served(contender, options, plan) as (process, stamps, started):
        return _wait_for_first(process, stamps, 1) - started


@contextmanager
def _served(
    contender: str, options: Mapping[str, Any], plan: Plan
) -> Iterator[tuple[subprocess.Popen[bytes], Path, float]]:
    if missing := absence(contender):
        raise Absent(missing)
    folder = Path(plan.folder)
    stamps, noise = folder / "stamps", folder / "output"
    stamps.unlink(missing_ok=True)
    words = command(contender, "serve", {"plan": asdict(plan), **options})
    with noise.open("wb") as output:
        started = time.time()
        process = subprocess.Popen(
            words, env=environment() | {STAMPS: str(stamps)}, cwd=folder, stdout=output, stderr=output
        )
        try:
            yield process, stamps, started
        finally:
            end_tree(process)


def _wait_for_first(process: subprocess.Popen[bytes], file: Path, due: int, limit: float = 400) -> float:
    """When the first line of the first run ran; comes back when all `due` tasks have had a run."""
    end = time.monotonic() + limit
    while True:
        found = read_stamps(file)
        if len(found) >= due:
            return min(times[0][0] for times in found.values())
        if process.poll() is not None:
            raise Failed(_last_words(process, file.parent))
        if time.monotonic() > end:
            raise Failed(f"only {len(found)} of {due} tasks ran within {limit:.0f} s")
        time.sleep(0.05)


def _last_words(process: subprocess.Popen[bytes], folder: Path) -> str:
    output = (folder / "output").read_text().strip().splitlines()
    return (output or [f"ended with {process.returncode}"])[-1]


def _all_in(
    process: subprocess.Popen[bytes], file: Path, plan: Plan, begin: float, seconds: int
) -> tuple[list[Late], int]:
    """The lateness of all slots of the window. One that nobody serves in ten seconds more is late by that."""
    end = time.monotonic() + 10
    while True:
        late, missed = lateness(read_stamps(file), plan.due, plan.spread, begin, seconds)
        if all(one.by < math.inf for one in late) or time.monotonic() > end or process.poll() is not None:
            return [Late(slot, min(by, time.time() - slot)) for slot, by in late], missed
        time.sleep(0.2)


def _less(after: Cost, before: Cost) -> int:
    return max(0, after.wakes - before.wakes)  # threads that have ended take their count with them
