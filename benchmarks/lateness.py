"""From stamps to lateness: how long after it was due did each slot's first line run?

Asked for each slot, not for each run: a scheduler that stalls and leaves runs out must not look better for it. A slot
is served by the first run of its task at or after it; one without a run of its own is `missed` and waits for the next.
"""

from __future__ import annotations

import math
import statistics
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import NamedTuple

Stamps = Mapping[int, list[tuple[float, float | None]]]
"""Task → (when its first line ran, when it was due if its scheduler tells), oldest first; seconds since the epoch."""


class Late(NamedTuple):
    slot: float
    by: float


def read_stamps(file: Path) -> Stamps:
    found: dict[int, list[tuple[float, float | None]]] = defaultdict(list)
    for line in file.read_text().splitlines() if file.exists() else ():
        task, now, slot = line.split()
        found[int(task)].append((float(now), None if slot == "None" else float(slot)))
    return {task: sorted(stamps, key=lambda stamp: stamp[0]) for task, stamps in found.items()}


def lateness(stamps: Stamps, due: int, spread: bool, begin: float, seconds: int) -> tuple[list[Late], int]:
    """Of `due` tasks, due every second, in the window of whole `seconds` from `begin`; and how many were missed.

    The grid is that of the wall clock's seconds, task k of n moved by k/n of a second if `spread`; a scheduler with a
    grid of its own (it drifts) tells with each stamp when the run was due.
    """
    found: list[Late] = []
    missed = 0
    for task in range(due):
        of_task = stamps.get(task, [])
        told = [Late(slot, now - slot) for now, slot in of_task if slot is not None and begin <= slot < begin + seconds]
        if told:
            found += told
            missed += max(0, seconds - len(told) - 1)  # a drifting grid may leave one out of the window
            continue
        times = [now for now, _ in of_task]
        used = -1
        for slot in _slots(task / due if spread else 0.0, begin, seconds):
            at = bisect_left(times, slot)
            if at == len(times):
                found.append(Late(slot, math.inf))
            else:
                found.append(Late(slot, times[at] - slot))
            missed += at == used or at == len(times)
            used = at
    return found, missed


def _slots(phase: float, begin: float, seconds: int) -> list[float]:
    first = math.ceil(begin - phase) + phase
    return [first + number for number in range(seconds)]


def percentile(values: Iterable[float], part: float) -> float:
    """The value that `part` of them don't exceed."""
    known = sorted(values)
    return known[max(0, math.ceil(part * len(known)) - 1)]


def last_of_each_second(late: Iterable[Late]) -> float:
    """How late the last task of a burst starts: the median over the seconds."""
    worst: dict[int, float] = defaultdict(float)
    for one in late:
        worst[math.floor(one.slot)] = max(worst[math.floor(one.slot)], one.by)
    return statistics.median(worst.values())
