"""huey on SQLite: a consumer with worker threads or processes. Its results record that a run has ended, nothing else.

Periodic tasks are due by the minute: no part in lateness.
"""

from __future__ import annotations

import os
import tempfile
import time
from pathlib import Path
from typing import Any

from benchmarks import jobs
from benchmarks.contenders.servers import wait_until, workers
from benchmarks.paths import program_path

PEER = True
DISTRIBUTIONS = ("huey",)
PROGRAMS: tuple[str, ...] = ()
TAKES_PART: dict[str, dict[str, dict[str, Any]]] = {
    "runs_warm": {"huey processes": {"kind": "process", "count": 1000}},
    "runs_thread": {"huey threads": {"kind": "thread", "count": 1000}},
    "idle": {"huey": {}},
    "commands": {"huey_consumer --help": {"command": ["{bin}/huey_consumer", "--help"]}},
}
FILE, HOURLY = "BENCHMARK_HUEY", "BENCHMARK_HUEY_HOURLY"


def __getattr__(name: str) -> Any:
    """The application that the consumer imports."""
    if name != "app":
        raise AttributeError(name)
    from huey import SqliteHuey, crontab

    app = SqliteHuey(filename=os.environ[FILE], store_none=True)  # so that a result says of each run that it ended
    app.nothing = app.task(name="nothing")(jobs.nothing)
    for number in range(int(os.environ.get(HOURLY, 0))):
        app.periodic_task(crontab(minute=str((time.localtime().tm_min + 30) % 60)), name=f"job{number}")(jobs.nothing)
    return app


def runs(count: int, kind: str) -> float:
    """From the first call put into the queue to the last result."""
    with tempfile.TemporaryDirectory() as folder:
        os.environ[FILE] = f"{folder}/huey.db"
        app = __getattr__("app")
        nothing = app.nothing
        with workers(_consumer("-k", kind, "-w", "4"), {}):
            nothing()
            wait_until(lambda: app.result_count() == 1, "the consumer")
            begin = time.perf_counter()
            for _ in range(count):
                nothing()
            wait_until(lambda: app.result_count() == count + 1, "the results", every=0.1)
            return time.perf_counter() - begin


def serve(plan: dict[str, Any]) -> None:
    os.environ[FILE], os.environ[HOURLY] = str(Path(plan["folder"]) / "huey.db"), str(plan["tasks"])
    words = _consumer("-k", "thread", "-w", "4")
    os.execv(words[0], words)


def _consumer(*words: str) -> list[str]:
    return [program_path("huey_consumer") or "huey_consumer", "benchmarks.contenders.huey.app", *words]
