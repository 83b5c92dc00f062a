"""yacron and cronstable: cron daemons in Python that start a program for each run. They log the end, in text.

Due by the minute: no part in lateness. The programs are started all at once by `@reboot`; the daemon's own start and
the reading of its config are left out.
"""

from __future__ import annotations

import os
import subprocess
import tempfile
from pathlib import Path
from typing import Any

from benchmarks.contenders.servers import ended, wait_until
from benchmarks.jobs import SCRIPT, STAMPS
from benchmarks.lasting import bare_python
from benchmarks.lateness import read_stamps
from benchmarks.paths import program_path

PEER = True
DISTRIBUTIONS: tuple[str, ...] = ("yacron",)
PROGRAMS: tuple[str, ...] = ()
TAKES_PART: dict[str, dict[str, dict[str, Any]]] = {
    "runs_fresh": {"yacron": {"count": 100, "daemon": "yacron"}},
    "idle": {"yacron": {"daemon": "yacron"}},
    "commands": {"yacron --version": {"command": ["{bin}/yacron", "--version"]}},
}


def runs(count: int, daemon: str) -> float:
    """From the first line of the first program to the first line of the last, of one more than `count`."""
    with tempfile.TemporaryDirectory() as name:
        folder, stamps = Path(name), Path(name) / "stamps"
        words = _daemon(daemon, folder, ["@reboot"] * (count + 1))
        process = subprocess.Popen(words, env={**os.environ, STAMPS: str(stamps)}, stderr=subprocess.DEVNULL)
        with ended(process):
            wait_until(lambda: len(read_stamps(stamps)) == count + 1, f"the runs of {daemon}", every=0.2)
        times = sorted(now for of_task in read_stamps(stamps).values() for now, _ in of_task)
    return times[-1] - times[0]


def serve(plan: dict[str, Any], daemon: str) -> None:
    words = _daemon(daemon, Path(plan["folder"]), [f"{plan['far']} * * * *"] * plan["tasks"])
    os.execv(words[0], words)


def _daemon(daemon: str, folder: Path, rules: list[str]) -> list[str]:
    config = folder / "crontab.yaml"
    config.write_text("jobs:\n" + "".join(_job(number, rule) for number, rule in enumerate(rules)))
    return [program_path(daemon) or daemon, "-c", str(config)]


def _job(number: int, rule: str) -> str:
    """Their dialect of YAML has no flow lists."""
    words = [bare_python(), "-c", SCRIPT, str(number)]
    quoted = ("'" + word.replace("'", "''") + "'" for word in words)
    return f"- name: job{number}\n  schedule: '{rule}'\n  command:\n" + "".join(f"  - {word}\n" for word in quoted)
