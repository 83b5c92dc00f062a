"""What it takes to play a week of a site: 100 tasks, half of them every minute."""

from __future__ import annotations

import json
import resource
import subprocess
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from benchmarks.figure import Figure, Goal, Metric, Sample, Size, value
from benchmarks.linodctl_site import Site

OTHERS = ("every: 1 hour", "every: 15 minutes", "every: day at 02:30", "cron: '0 6 * * mon'", "every: weekday at 09:00")


def measure(_: str, options: Mapping[str, Any], size: Size) -> Sample:
    """CPU time of the whole command, its start included."""
    hours = size.of(7 * 24, 2)
    rules = [options["minutely"]] * 50 + [OTHERS[number % len(OTHERS)] for number in range(50)]
    with tempfile.TemporaryDirectory() as folder:
        site = Site(Path(folder))
        tasks = (f"t{number:03}: {{func: json.dumps, {rule}}}" for number, rule in enumerate(rules, 1))
        site.write({}, tasks)
        span = ["--from", "2026-03-02T00:00", "--to", f"2026-03-{2 + hours // 24:02}T{hours % 24:02}:00"]
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        done = subprocess.run(site.command("simulate", *span, "-n", "10", "--json"), check=True, capture_output=True)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return {"CPU": cpu, "per run": cpu / json.loads(done.stdout)["totals"]["runs"] * 1e6}


FIGURE = Figure(
    title="simulate a week of 100 tasks",
    how="half of them every minute, the others from every quarter of an hour to once a week",
    metrics={"CPU": Metric("s"), "per run": Metric("µs")},
    measure=measure,
    against="linodctl",
    goals=(Goal("linodctl", "of CPU", value("linodctl", "CPU"), at_most=30, unit="s"),),
    rounds=2,
)
