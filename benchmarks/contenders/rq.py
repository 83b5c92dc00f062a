"""rq on redis: each worker forks a process for each job. It records start and end, in redis."""

from __future__ import annotations

import os
import tempfile
import time
from pathlib import Path
from typing import Any

from benchmarks import jobs
from benchmarks.contenders.servers import redis, wait_until, workers
from benchmarks.paths import program_path

PEER = True
DISTRIBUTIONS = ("rq", "redis")
PROGRAMS = ("redis-server",)
TAKES_PART: dict[str, dict[str, dict[str, Any]]] = {
    "runs_fresh": {"rq, a worker per core": {"count": 100}},
    "commands": {"rq --version": {"command": ["{bin}/rq", "--version"]}},
}


def runs(count: int) -> float:
    """From the first job put into the queue to the end of the last."""
    from redis import Redis
    from rq import Queue

    with tempfile.TemporaryDirectory() as folder, redis(Path(folder)) as socket:
        queue = Queue(connection=Redis(unix_socket_path=socket))
        words = [program_path("rq") or "rq", "worker", "--url", f"unix://{socket}", "-q"]
        with workers(words, {}, os.cpu_count() or 1):
            queue.enqueue(jobs.nothing)
            wait_until(lambda: queue.finished_job_registry.count == 1, "the worker")
            begin = time.perf_counter()
            for _ in range(count):
                queue.enqueue(jobs.nothing)
            wait_until(lambda: queue.finished_job_registry.count == count + 1, "the jobs", every=0.1)
            return time.perf_counter() - begin
