"""Bare `fork`, `_exit` and `wait`: what no process per run can beat on this machine. Nothing is recorded."""

from __future__ import annotations

import os
import time
from typing import Any

from benchmarks import jobs
from benchmarks.plan import Plan

PEER = False
DISTRIBUTIONS: tuple[str, ...] = ()
PROGRAMS: tuple[str, ...] = ()
TAKES_PART: dict[str, dict[str, dict[str, Any]]] = {
    "runs_fresh": {"bare fork, one after the other": {"parallel": 1}, "bare fork": {"parallel": os.cpu_count() or 1}},
    "late_same": {"bare fork": {}},
    "late_spread": {"bare fork": {}},
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


def serve(plan: dict[str, Any]) -> None:
    """A child for each due task, forked as fast as possible, which stamps and ends."""
    wanted = Plan(**plan)
    phases = sorted((wanted.phase(task), task) for task in range(wanted.due))
    second = int(time.time()) + 1
    while True:
        for phase, task in phases:
            time.sleep(max(0, second + phase - time.time()))
            if not os.fork():
                jobs.stamp(task)
                os._exit(0)
        _reap()
        second += 1


def _reap() -> None:
    try:
        while os.waitpid(-1, os.WNOHANG)[0]:
            pass
    except ChildProcessError:
        return
