"""procrastinate on PostgreSQL: a worker with ten jobs at a time, functions in threads. It records start and end.

Periodic tasks are due by the minute (or by a sixth field of cron, the second): no part in lateness.
"""

from __future__ import annotations

import os
import tempfile
import time
from pathlib import Path
from typing import Any

from benchmarks import jobs
from benchmarks.contenders.servers import postgres, wait_until, workers
from benchmarks.paths import program_path

PEER = True
DISTRIBUTIONS = ("procrastinate", "psycopg")
PROGRAMS = ("initdb", "postgres")
TAKES_PART: dict[str, dict[str, dict[str, Any]]] = {
    "runs_thread": {"procrastinate, PostgreSQL": {"count": 500}},
}
PLACE = "BENCHMARK_POSTGRES"


def __getattr__(name: str) -> Any:
    """`app`, which the worker imports."""
    if name != "app":
        raise AttributeError(name)
    from procrastinate import App, PsycopgConnector

    return _with_task(App(connector=PsycopgConnector(conninfo=os.environ[PLACE])))


def _with_task(app: Any) -> Any:
    app.nothing = app.task(name="nothing")(jobs.nothing)
    return app


def runs(count: int) -> float:
    """From the first job put into the queue to the end of the last, as the table of jobs says."""
    import psycopg
    from procrastinate import App, SyncPsycopgConnector

    with tempfile.TemporaryDirectory() as folder, postgres(Path(folder)) as place:
        os.environ[PLACE] = place
        app = _with_task(App(connector=SyncPsycopgConnector(conninfo=place)))
        words = [program_path("procrastinate") or "procrastinate", "-a", "benchmarks.contenders.procrastinate.app"]
        with app.open(), psycopg.connect(place, autocommit=True) as db:
            app.schema_manager.apply_schema()

            def done() -> int:
                row = db.execute("SELECT count(*) FROM procrastinate_jobs WHERE status = 'succeeded'").fetchone()
                return row[0] if row else 0

            with workers([*words, "worker", "-c", "10"], {}):
                app.nothing.defer()
                wait_until(lambda: done() == 1, "the worker")
                begin = time.perf_counter()
                for _ in range(count):
                    app.nothing.defer()
                wait_until(lambda: done() == count + 1, "the jobs", every=0.1)
                return time.perf_counter() - begin
