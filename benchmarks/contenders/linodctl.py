"""linodctl as a user drives it: a config is written, `linodctl run` runs it, the state file tells what happened."""

from __future__ import annotations

import os
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from benchmarks.linodctl_site import ISOLATION, Site
from benchmarks.plan import Plan

SIZES = (100, 1_000, 10_000, 100_000)
RULES: dict[str, dict[str, Any]] = {
    "intervals": {"rules": [{"every": "10 seconds"}, {"every": "1 hour"}]},
    "calendar phrases": {
        "rules": [
            {"every": "day at 02:30"},
            {"every": "weekday at 09:00"},
            {"every": "last friday of the month"},
            {"every": "3 months on day 15 at 06:00"},
            {"every": "easter"},
            {"every": "hour at :30"},
        ]
    },
    "cron and RRULE": {
        "rules": [
            {"cron": "*/15 * * * *"},
            {"cron": "0 3 * * sun"},
            {"rrule": "FREQ=MINUTELY"},
            {"rrule": "FREQ=MONTHLY;BYDAY=-1FR;BYHOUR=9;BYMINUTE=0"},
        ]
    },
    "cron and RRULE, years away": {"rules": [{"cron": "0 0 29 2 *"}, {"rrule": "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=29"}]},
}

PEER = False
DISTRIBUTIONS = ("linodctl",)
PROGRAMS: tuple[str, ...] = ()
TAKES_PART: dict[str, dict[str, dict[str, Any]]] = {
    "runs_fresh": {"linodctl": {"isolation": "fresh"}},
    "runs_warm": {"linodctl": {"isolation": "warm", "count": 1000}},
    "runs_thread": {"linodctl": {"isolation": "thread"}},
    "late_same": {f"linodctl, {name}": {"isolation": name} for name in ISOLATION},
    "late_spread": {f"linodctl, {name}": {"isolation": name} for name in ISOLATION},
    "idle": {"linodctl": {"isolation": "fresh"}},
    "scale": {f"linodctl, {tasks:,} tasks": {"isolation": "thread", "tasks": tasks} for tasks in SIZES},
    "trigger": {f"linodctl, {name}": {"isolation": name} for name in ISOLATION},
    "commands": {
        "linodctl --version": {"command": ["{bin}/linodctl", "--version"]},
        "linodctl list, cold": {"command": ["{bin}/linodctl", "list"], "site": "cold"},
        "linodctl list, known": {"command": ["{bin}/linodctl", "list"], "site": "known"},
    },
    "history": {f"linodctl, {runs:,} runs": {"runs": runs} for runs in (1_000, 10_000, 100_000, 1_000_000)},
    "log_capture": {f"linodctl, {name}": {"isolation": name} for name in ("fresh", "thread")},
    "log_server": {"linodctl": {}},
    "next_slot": RULES,
    "simulate": {"linodctl": {"minutely": "every: 1 minute"}},
}


def runs(count: int, isolation: str) -> float:
    """So many tasks, all due at the same instant. Warm workers each serve one task: there 10 tasks are triggered."""
    return _triggered(count) if isolation == "warm" else _due_together(count, isolation)


def _due_together(count: int, isolation: str) -> float:
    for patience in (4, 12, 36):
        due = (datetime.now(UTC) + timedelta(seconds=patience + patience * count / 1000)).replace(microsecond=0)
        with tempfile.TemporaryDirectory() as folder:
            each = f"func: benchmarks.jobs.nothing, every: 1 hour, from: {due:%Y-%m-%dT%H:%M:%S}"
            site = Site(Path(folder))
            site.write(ISOLATION[isolation], (f"job{number}: {{{each}}}" for number in range(count)))
            with site.runner() as ready:
                if ready > due - timedelta(seconds=0.5):
                    continue  # this machine needs more time to read the config
                site.wait_for_ends(count)
            last = site.read("SELECT max(end_time) FROM runs")[0][0]
            return (datetime.fromisoformat(last) - due).total_seconds()
    raise RuntimeError(f"the runner was never ready before its {count} tasks were due")


def _triggered(count: int) -> float:
    """The requests wait for a runner. What its first tenth took, with the start of the workers, is left out."""
    with tempfile.TemporaryDirectory() as folder:
        site = Site(Path(folder))
        tasks = [f"job{number}: {{func: benchmarks.jobs.nothing, every: never}}" for number in range(10)]
        site.write(ISOLATION["warm"] | {"overlap": "allow"}, tasks)
        site.trigger(count)
        with site.runner():
            site.wait_for_ends(count)
        ends = [datetime.fromisoformat(end) for (end,) in site.read("SELECT end_time FROM runs ORDER BY end_time")]
    first = max(1, count // 10)
    return (ends[-1] - ends[first - 1]).total_seconds() * count / (count - first)


def serve(plan: dict[str, Any], isolation: str, **_: Any) -> None:
    """This process becomes `linodctl run`. (`spread` moves by whole seconds; `from` says the fraction itself.)"""
    wanted = Plan(**plan)
    site = Site(Path(wanted.folder))
    site.write(ISOLATION[isolation], (_task(wanted, number) for number in range(wanted.tasks)), max_parallel=100)
    words = site.command("run", "-q")
    os.execv(words[0], words)


def _task(plan: Plan, number: int) -> str:
    when = f"every: hour at :{plan.far:02}"
    if number < plan.due:
        when = f"every: 1 second, from: '2026-01-01T00:00:{plan.phase(number):09.6f}'"
    return f"job{number}: {{func: benchmarks.jobs.stamp, args: {{task: {number}}}, {when}}}"


@contextmanager
def receiver(folder: Path) -> Iterator[str]:
    """A runner's log server that writes `site.log` in this folder, and its clients' handler as dictConfig takes it."""
    site = Site(folder)
    log = {"file": "site.log", "rotate": {"bytes": "1GB"}}
    site.write({}, ["job: {func: json.dumps, every: never}"], log=log)
    with site.runner():
        while not (folder / "linodctl.db.log.sock").exists():
            time.sleep(0.05)
        time.sleep(1)  # until the zygote has loaded, too
        yield repr({"class": "linodctl.logserver.Handler", "config": str(site.config)})
