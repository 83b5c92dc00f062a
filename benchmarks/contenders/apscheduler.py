"""APScheduler 3: jobs in memory or in SQLite, run by threads or by a pool of processes that live on.

It records nothing itself. The rows "with a history" have what its documentation proposes for that: a listener, which
here writes start and end of each run to SQLite (WAL, synchronous=NORMAL, one commit per event).
"""

from __future__ import annotations

import sqlite3
import tempfile
import threading
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from benchmarks import jobs
from benchmarks.plan import Plan

PEER = True
DISTRIBUTIONS = ("apscheduler", "sqlalchemy")
PROGRAMS: tuple[str, ...] = ()
TAKES_PART: dict[str, dict[str, dict[str, Any]]] = {
    "runs_warm": {
        "APScheduler process pool": {"pool": "process"},
        "APScheduler process pool, with a history": {"pool": "process", "history": True},
    },
    "runs_thread": {
        "APScheduler memory": {},
        "APScheduler memory, with a history": {"history": True},
        "APScheduler SQLite": {"store": "sqlite", "count": 500},
    },
    "late_same": {"APScheduler memory": {}, "APScheduler process pool": {"pool": "process"}},
    "late_spread": {"APScheduler memory": {}, "APScheduler process pool": {"pool": "process"}},
    "idle": {"APScheduler memory": {}, "APScheduler SQLite": {"store": "sqlite"}},
    "scale": {f"APScheduler memory, {tasks:,} tasks": {"tasks": tasks} for tasks in (100, 1_000, 10_000, 100_000)},
}


def runs(count: int, **variant: Any) -> float:
    """All due at the same instant; over when the last one has ended."""
    with tempfile.TemporaryDirectory() as name:
        scheduler = _scheduler(Path(name), **variant)
        for _ in range(20):
            scheduler.add_job(jobs.nothing)  # the pool starts its processes with its first jobs
        scheduler.start()
        time.sleep(1)
        due = datetime.now(UTC) + timedelta(seconds=1 + count / (50 if variant.get("store") else 1000))
        for number in range(count):
            scheduler.add_job(jobs.nothing, "interval", hours=1, start_date=due, id=str(number))
        if datetime.now(UTC) > due:
            raise RuntimeError(f"{count} jobs were not added in time")
        time.sleep(due.timestamp() - time.time())
        store = scheduler._jobstores["default"]
        while store.get_next_run_time() <= due:
            time.sleep(0.2 if variant.get("store") else 0.01)  # a look into the store is in its way
        scheduler.shutdown(wait=True)  # of the pool: until the last run has ended
        return time.time() - due.timestamp()


def serve(plan: dict[str, Any], tasks: int = 0, **variant: Any) -> None:
    """Interval jobs on the grid of the full seconds, and hourly ones."""
    wanted = Plan(**plan)
    scheduler = _scheduler(Path(wanted.folder), blocking=True, **variant)
    second = datetime.now(UTC).replace(microsecond=0)
    far = (second + timedelta(minutes=30)).replace(second=0)
    for task in range(wanted.tasks):
        rule = {"seconds": 1, "start_date": second + timedelta(seconds=wanted.phase(task))}
        if task >= wanted.due:
            rule = {"hours": 1, "start_date": far}
        scheduler.add_job(jobs.stamp, "interval", args=[task], id=str(task), replace_existing=True, **rule)
    scheduler.start()


def _scheduler(
    folder: Path, store: str = "memory", pool: str = "thread", history: bool = False, blocking: bool = False
) -> Any:
    from apscheduler.executors.pool import ProcessPoolExecutor, ThreadPoolExecutor
    from apscheduler.schedulers.background import BackgroundScheduler
    from apscheduler.schedulers.blocking import BlockingScheduler

    executors = {"thread": lambda: ThreadPoolExecutor(10), "process": lambda: ProcessPoolExecutor(5)}
    scheduler = (BlockingScheduler if blocking else BackgroundScheduler)(
        jobstores={"default": _store(store, folder)},
        executors={"default": executors[pool]()},
        job_defaults={"misfire_grace_time": None},
        timezone="UTC",
    )
    if history:
        _keep_history(scheduler, folder / "history.db")
    return scheduler


def _store(name: str, folder: Path) -> Any:
    if name == "memory":
        from apscheduler.jobstores.memory import MemoryJobStore

        return MemoryJobStore()
    from apscheduler.jobstores.sqlalchemy import SQLAlchemyJobStore

    return SQLAlchemyJobStore(f"sqlite:///{folder / 'jobs.db'}")


def _keep_history(scheduler: Any, file: Path) -> None:
    from apscheduler.events import EVENT_JOB_ERROR, EVENT_JOB_EXECUTED, EVENT_JOB_SUBMITTED

    db = sqlite3.connect(file, check_same_thread=False, isolation_level=None)
    db.execute("PRAGMA journal_mode=WAL")
    db.execute("PRAGMA synchronous=NORMAL")
    db.execute("CREATE TABLE runs (job TEXT, slot TEXT, started TEXT, ended TEXT, error TEXT, PRIMARY KEY (job, slot))")
    lock = threading.Lock()

    def started(event: Any) -> None:
        now = datetime.now(UTC).isoformat()
        with lock:
            rows = [(event.job_id, slot.isoformat(), now) for slot in event.scheduled_run_times]
            db.executemany("INSERT INTO runs (job, slot, started) VALUES (?, ?, ?)", rows)

    def ended(event: Any) -> None:
        now, error = datetime.now(UTC).isoformat(), repr(event.exception) if event.exception else None
        slot = event.scheduled_run_time.isoformat()
        with lock:
            db.execute(
                "UPDATE runs SET ended = ?, error = ? WHERE job = ? AND slot = ?", (now, error, event.job_id, slot)
            )

    scheduler.add_listener(started, EVENT_JOB_SUBMITTED)
    scheduler.add_listener(ended, EVENT_JOB_EXECUTED | EVENT_JOB_ERROR)
