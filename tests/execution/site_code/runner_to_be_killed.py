"""A runner for a test to kill: starts what it is told, prints who it started, and goes on until it dies."""

from __future__ import annotations

import sys

from execution_bench import Bench


def main() -> None:
    from pathlib import Path

    bench = Bench(Path.cwd()).open()
    runs = {func: bench.start(func) for func in sys.argv[1:]}
    for func, run_id in runs.items():
        pids = [bench.started(run_id).pid]
        if func == "with_grandchild":
            pids.append(int(bench.line(run_id, "grandchild")))
            bench.line(run_id, "ready")
        else:
            bench.until(lambda run_id=run_id: bench.log(run_id))
        print(func, *pids, flush=True)
    print("zygote", bench.zygote_pid(), flush=True)
    bench.until(lambda: None)


main()
