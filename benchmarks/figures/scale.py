"""What tasks cost that are not due: from a hundred to a hundred thousand, of which ten are due each second."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from benchmarks.figure import Figure, Goal, Metric, Round, Sample, Size, value
from benchmarks.lateness import percentile
from benchmarks.plan import Plan
from benchmarks.serving import time_to_first_run, watch

DUE = 10
SMALLEST, LARGEST = "linodctl, 100 tasks", "linodctl, 100,000 tasks"


def measure(contender: str, options: Mapping[str, Any], size: Size) -> Sample:
    """`again` is a second start with everything as it was: what is remembered may make it faster."""
    tasks = size.of(options["tasks"], 20)
    with tempfile.TemporaryDirectory() as folder:
        plan = Plan.of(Path(folder), tasks, DUE, spread=True)
        seen = watch(contender, options, plan, settle=size.of(2, 0), seconds=size.of(10, 1))
        again = time_to_first_run(contender, options, plan)
    return {
        "CPU": seen.cpu / (DUE * seen.seconds) * 1000,
        "p99": percentile([one.by * 1000 for one in seen.late], 0.99),
        "start": seen.first_run,
        "again": again,
        "memory": seen.pss / 1024**2,
    }


def _cpu(measured: Round) -> float:
    return measured[LARGEST]["CPU"] / measured[SMALLEST]["CPU"]


def _per_task(measured: Round) -> float:
    """KiB that one task more takes."""
    return (measured[LARGEST]["memory"] - measured[SMALLEST]["memory"]) * 1024 / (100_000 - 100)


def _goals() -> Iterator[Goal]:
    for tasks in (100, 1_000, 10_000, 100_000):
        who = f"linodctl, {tasks:,} tasks"
        yield Goal(who, "p99", value(who, "p99"), at_most=10, unit="ms")
    yield Goal("linodctl, 1,000 tasks", "start", value("linodctl, 1,000 tasks", "start"), at_most=1, unit="s")
    yield Goal(LARGEST, "start", value(LARGEST, "start"), at_most=30, unit="s")
    yield Goal(LARGEST, "start again", value(LARGEST, "again"), at_most=10, unit="s")
    yield Goal(LARGEST, "CPU per due run at 100", _cpu, at_most=1.3)
    yield Goal(LARGEST, "memory per task", _per_task, at_most=2, unit="KiB")


FIGURE = Figure(
    title="scale: 10 tasks due each second, of",
    how="in threads; CPU per due run, p99 of lateness, start to first run (cold; again with all unchanged), PSS",
    metrics={
        "CPU": Metric("ms"),
        "p99": Metric("ms"),
        "start": Metric("s"),
        "again": Metric("s"),
        "memory": Metric("MiB"),
    },
    measure=measure,
    against=SMALLEST,
    goals=tuple(_goals()),
    rounds=2,
)
