"""Bare `fork`, `_exit` and `wait`: what no process per run can beat on this machine. Nothing is recorded."""

from __future__ import annotations

import os
import time
from typing import Any

PEER = False
DISTRIBUTIONS: tuple[str, ...] = ()
PROGRAMS: tuple[str, ...] = ()
TAKES_PART: dict[str, dict[str, dict[str, Any]]] = {
    "runs_fresh": {"bare fork, one after the other": {"parallel": 1}, "bare fork": {"parallel": os.cpu_count() or 1}},
}


def runs(count: int, parallel: int) -> float:
    """`parallel` children at the same time, each of which ends at once."""
    begin, alive = time.perf_counter(), 0
    for _ in range(count):
        if alive == parallel:
            os.wait()
            alive -= 1
        if not os.fork():
            os._exit(0)
        alive += 1
    for _ in range(alive):
        os.wait()
    return time.perf_counter() - begin
