"""schedule: one loop that runs what is due, inline, and sleeps for `idle_seconds()`. Nothing is recorded; it drifts.

A late job is due one second after it ran, not after it was due: each stamp says what `next_run` said before.
"""

from __future__ import annotations

import time
from datetime import datetime, timedelta
from typing import Any

from benchmarks import jobs
from benchmarks.plan import Plan

PEER = True
DISTRIBUTIONS = ("schedule",)
PROGRAMS: tuple[str, ...] = ()
TAKES_PART: dict[str, dict[str, dict[str, Any]]] = {
    "runs_thread": {"schedule": {}},
    "late_same": {"schedule": {}},
    "late_spread": {"schedule": {}},
    "idle": {"schedule": {}},
    "scale": {f"schedule, {tasks:,} tasks": {"tasks": tasks} for tasks in (100, 1_000, 10_000, 100_000)},
}


def runs(count: int) -> float:
    """All due at the same instant."""
    import schedule

    for _ in range(count):
        schedule.every(1).hours.do(jobs.nothing)
    for job in schedule.get_jobs():
        job.next_run = datetime.now()  # noqa: DTZ005  # schedule knows local time only
    begin = time.perf_counter()
    schedule.run_pending()
    return time.perf_counter() - begin


def serve(plan: dict[str, Any], **_: Any) -> None:
    import schedule

    wanted = Plan(**plan)
    second = datetime.now().replace(microsecond=0) + timedelta(seconds=1)  # noqa: DTZ005  # as above
    for task in range(wanted.tasks):
        if task < wanted.due:
            job = schedule.every(1).seconds
            job.do(_stamp, job, task)
            job.next_run = second + timedelta(seconds=wanted.phase(task))
        else:
            schedule.every().hour.at(f":{wanted.far:02}").do(jobs.stamp, task)
    while True:
        time.sleep(max(0, schedule.idle_seconds() or 0))
        schedule.run_pending()


def _stamp(job: Any, task: int) -> None:
    jobs.stamp(task, job.next_run.timestamp())
