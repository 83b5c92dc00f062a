"""celery on redis: a prefork worker of as many processes as there are cores, and beat as a process of its own.

Start and end are kept as results in redis (`task_track_started`), which survive what redis survives: as installed, a
crash loses what came after its last snapshot. Beat drifts: each stamp says what beat took for the due time.
"""

from __future__ import annotations

import os
import subprocess
import tempfile
import time
from datetime import timedelta
from pathlib import Path
from typing import Any

from benchmarks import jobs
from benchmarks.contenders.servers import redis, redis_socket, start_redis, wait_until, workers
from benchmarks.paths import program_path
from benchmarks.plan import Plan

PEER = True
DISTRIBUTIONS = ("celery", "redis")
PROGRAMS = ("redis-server",)
TAKES_PART: dict[str, dict[str, dict[str, Any]]] = {
    "runs_warm": {"celery prefork, redis, results": {"count": 1000}},
    "late_same": {"celery beat, prefork": {}},
    "idle": {"celery, redis included": {}},
    "commands": {"celery --version": {"command": ["{bin}/celery", "--version"]}},
}
SOCKET = "BENCHMARK_CELERY"


def __getattr__(name: str) -> Any:
    """`app`, which worker and beat import, and `Telling`, beat's scheduler."""
    if name == "app":
        return _app()
    if name == "Telling":
        return _telling()
    raise AttributeError(name)


def _app() -> Any:
    from celery import Celery

    socket = os.environ[SOCKET]
    app = Celery(
        "benchmarks",
        broker=f"redis+socket://{socket}?virtual_host=0",
        backend=f"redis+socket://{socket}?virtual_host=1",
    )
    app.conf.update(task_track_started=True, broker_connection_retry_on_startup=True, worker_hijack_root_logger=False)
    app.nothing = app.task(jobs.nothing, name="nothing")
    app.stamp = app.task(jobs.stamp, name="stamp", ignore_result=True)
    return app


def _telling() -> Any:
    from celery.beat import PersistentScheduler

    class Telling(PersistentScheduler):  # type: ignore[misc]  # celery has no types
        """Beat's own scheduler, which also tells the task when it was due."""

        def apply_async(self, entry: Any, producer: Any = None, advance: bool = True, **kwargs: Any) -> Any:
            entry.kwargs = {**entry.kwargs, "slot": (entry.last_run_at + timedelta(seconds=1)).timestamp()}
            return super().apply_async(entry, producer, advance, **kwargs)

    return Telling


def runs(count: int) -> float:
    """From the first call put into the queue to the last result."""
    import redis as client

    with tempfile.TemporaryDirectory() as folder, redis(Path(folder)) as socket:
        os.environ[SOCKET] = socket
        app, results = _app(), client.Redis(unix_socket_path=socket, db=1)
        with workers(_worker(), {}):
            app.nothing.delay()
            wait_until(lambda: b'"SUCCESS"' in b"".join(results.mget(results.keys()) or [b""]), "the worker")
            results.flushdb()
            begin = time.perf_counter()
            calls = [app.nothing.delay() for _ in range(count)]
            for call in calls:
                call.get(disable_sync_subtasks=False)
            return time.perf_counter() - begin


def serve(plan: dict[str, Any]) -> None:
    """The worker takes this process's place; redis and beat are its children."""

    wanted = Plan(**plan)
    folder = Path(wanted.folder)
    start_redis(folder)
    os.environ[SOCKET] = redis_socket(folder)
    lines = [
        "from celery.schedules import crontab",
        "from benchmarks.contenders.celery import app, Telling",
        "app.conf.beat_schedule = {",
    ]
    for task in range(wanted.tasks):
        rule = "1.0" if task < wanted.due else f"crontab(minute='{wanted.far}')"
        lines.append(f"    'job{task}': {{'task': 'stamp', 'schedule': {rule}, 'args': [{task}]}},")
    (folder / "beat_app.py").write_text("\n".join([*lines, "}", ""]))
    os.environ["PYTHONPATH"] = f"{os.environ['PYTHONPATH']}:{folder}"
    celery = program_path("celery") or "celery"
    subprocess.Popen([celery, "-A", "beat_app:app", "beat", "-S", "beat_app:Telling", "-s", str(folder / "beat")])
    words = _worker()
    os.execv(words[0], words)


def _worker() -> list[str]:
    words = ["-A", "benchmarks.contenders.celery:app", "worker", "-c", str(os.cpu_count() or 1), "-l", "error"]
    return [program_path("celery") or "celery", *words]
