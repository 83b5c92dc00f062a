"""A runner for a test to kill: starts what it is told, prints who it started, and goes on until it dies."""

from __future__ import annotations

import sys
from datetime import timedelta
from pathlib import Path

from execution_bench import Bench


def main(*arguments: str) -> None:
    preload = tuple(a.removeprefix("--preload=") for a in arguments if a.startswith("--preload="))
    grace = [float(a.removeprefix("--orphan-grace=")) for a in arguments if a.startswith("--orphan-grace=")]
    site = {"orphan_grace": timedelta(seconds=grace[0])} if grace else {}
    bench = Bench(Path.cwd(), preload=preload, **site).open()
    runs = {func: bench.start(func) for func in arguments if not func.startswith("--")}
    for func, run_id in runs.items():
        pids = [bench.started(run_id).pid]
        bench.until(lambda run_id=run_id: bench.log(run_id))
        if func == "with_grandchild":
            pids.append(int(bench.line(run_id, "grandchild")))
            bench.line(run_id, "ready")
        if func == "sleep_with_daemons":
            pids += map(int, bench.line(run_id, "pids").split())
        print(func, *pids, flush=True)
    print("zygote", bench.zygote_pid(), flush=True)
    bench.wait_for_ever()


main(*sys.argv[1:])
