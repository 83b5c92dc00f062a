"""A new program for each run, by the standard library's `subprocess`, as cron does it. Nothing is recorded."""

from __future__ import annotations

import os
import subprocess
import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from benchmarks.lasting import bare_python

PEER = False
DISTRIBUTIONS: tuple[str, ...] = ()
PROGRAMS: tuple[str, ...] = ()
TAKES_PART: dict[str, dict[str, dict[str, Any]]] = {
    "runs_fresh": {"subprocess python": {"parallel": os.cpu_count() or 1, "count": 300}},
    "commands": {"python -c pass": {"command": ["{python}", "-c", "pass"]}},
}


def runs(count: int, parallel: int) -> float:
    """`parallel` interpreters at the same time, each of which does nothing."""

    python = bare_python()

    def one(_: int) -> None:
        subprocess.run([python, "-c", "pass"], check=True)

    begin = time.perf_counter()
    with ThreadPoolExecutor(parallel) as pool:
        list(pool.map(one, range(count)))
    return time.perf_counter() - begin
