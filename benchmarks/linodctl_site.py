"""A site of linodctl in a folder: write its config, run its runner, look into its state file."""

from __future__ import annotations

import json
import os
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
LINODCTL = [str(Path(sys.executable).with_name("linodctl"))]
ISOLATION: dict[str, dict[str, Any]] = {
    "fresh": {"isolation": "process"},
    "warm": {"isolation": "process", "reuse": 1_000_000},
    "thread": {"isolation": "thread"},
}
"""The task options of the three ways to run: a child per run, a child that lives on, a thread of the runner."""


class Site:
    def __init__(self, folder: Path) -> None:
        self.config, self.state = folder / "linodctl.yaml", folder / "linodctl.db"

    def write(self, defaults: Mapping[str, Any], tasks: Iterable[str], **options: Any) -> None:
        """`tasks` are lines of YAML. An unchanged config is left alone: the runner may remember that it was valid."""
        site = {"timezone": "UTC", "pythonpath": [str(ROOT)], **options, "defaults": defaults}
        head = "".join(f"{name}: {json.dumps(value)}\n" for name, value in site.items())
        text = head + "procedures:\n" + "".join(f"  {task}\n" for task in tasks)
        if not self.config.exists() or self.config.read_text() != text:
            self.config.write_text(text)

    def command(self, *words: str) -> list[str]:
        return [*LINODCTL, *words, "-c", str(self.config)]

    @contextmanager
    def runner(self, env: Mapping[str, str] | None = None) -> Iterator[datetime]:
        """`linodctl run` with more variables in its environment, and the instant at which it had taken the site."""
        process = subprocess.Popen(self.command("run", "-q"), env={**os.environ, **(env or {})})
        try:
            self.wait_for("SELECT count(*) FROM runners", 1, every=0.05)
            yield datetime.now(UTC)
            if process.poll() is not None:
                raise RuntimeError(f"linodctl run ended with {process.returncode}")
        finally:
            process.terminate()
            process.wait()

    def wait_for_ends(self, count: int, *, every: float = 0.25) -> None:
        """Until so many runs have ended, whatever their outcome. RuntimeError when one of them did not succeed."""
        self.wait_for("SELECT count(*) FROM runs WHERE end_time IS NOT NULL", count, every=every)
        if wrong := self.read("SELECT outcome, message FROM runs WHERE outcome <> 'succeeded' LIMIT 1"):
            raise RuntimeError(f"a run ended as {wrong[0]}")

    def wait_for(self, question: str, count: int, *, every: float = 0.25, limit: float = 300) -> None:
        """Ask the state file, seldom enough not to be in the way, until the answer is at least `count`."""
        end = time.monotonic() + limit
        while not (rows := self.read(question)) or rows[0][0] < count:
            if time.monotonic() > end:
                raise RuntimeError(f"{question}: {rows} after {limit:.0f} s, not {count}")
            time.sleep(every)

    def read(self, question: str) -> list[Any]:
        """Rows of the state file; none as long as there is no such file or table."""
        try:
            with closing(sqlite3.connect(f"file:{self.state}?mode=ro", uri=True)) as db:
                return db.execute(question).fetchall()
        except sqlite3.OperationalError:
            return []

    def trigger(self, count: int) -> None:
        """Request so many runs, spread evenly over the tasks."""
        from linodctl import open_site

        tasks = open_site(str(self.config)).tasks()
        for number in range(count):
            tasks[number % len(tasks)].trigger()
