"""A site with a long past: a hundred real runs, and before them as many like them as one likes.

Nobody waits for a million real runs: older copies of the real rows are written into the state file, an hour apart.
"""

from __future__ import annotations

import sqlite3
import subprocess
from contextlib import closing
from pathlib import Path

from benchmarks.lasting import lasting
from benchmarks.linodctl_site import Site

TASKS = 100
_BACK = "strftime('%Y-%m-%dT%H:%M:%S', {0}, '-' || back.hours || ' hours') || substr({0}, 20)"


def site_with_a_past(runs: int) -> Site:
    """The site with so many runs on record; made when it is asked for the first time."""
    folder = lasting(f"past-{runs}")
    site = Site(folder)
    if not folder.exists():
        folder.mkdir()
        tasks = (
            f"job{number:03}: {{func: benchmarks.jobs.log_lines, args: {{count: 1}}, every: 1 hour}}"
            for number in range(TASKS)
        )
        site.write({}, tasks, history={"keep": 10_000_000, "for": "36500d"})
        subprocess.run(site.command("run", "--once", "-q"), check=True)
        _make_older(site.state, runs // TASKS - 1)
    return site


def _make_older(state: Path, generations: int) -> None:
    """Copies of the real rows get the lower ids, since they are older."""
    with closing(sqlite3.connect(state)) as db:
        runs, lines = (db.execute(f"SELECT count(*) FROM {table}").fetchone()[0] for table in ("runs", "log_records"))
        if not lines:
            raise RuntimeError("the runs have left no log")
        db.execute("UPDATE runs SET run_id = run_id + ?", [runs * generations])
        db.execute("UPDATE log_records SET run_id = run_id + ?, id = id + ?", [runs * generations, lines * generations])
        _copy(
            db,
            "runs",
            {"run_id": f"run_id - back.hours * {runs}"},
            ("scheduled_for", "slot", "start_time", "end_time"),
            generations,
        )
        shifted = {"id": f"id - back.hours * {lines}", "run_id": f"run_id - back.hours * {runs}"}
        _copy(db, "log_records", shifted, ("time",), generations)
        db.commit()
        db.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def _copy(
    db: sqlite3.Connection, table: str, changed: dict[str, str], instants: tuple[str, ...], generations: int
) -> None:
    columns = [row[1] for row in db.execute(f"PRAGMA table_info({table})")]
    terms = [changed.get(name) or (_BACK.format(name) if name in instants else name) for name in columns]
    db.execute(
        f"WITH RECURSIVE back(hours) AS (SELECT ? UNION ALL SELECT hours - 1 FROM back WHERE hours > 1) "
        f"INSERT INTO {table} ({', '.join(columns)}) SELECT {', '.join(terms)} FROM back, (SELECT * FROM {table})",
        [generations],
    )
