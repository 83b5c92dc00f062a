"""What the two figures of lateness share: 100 tasks, every second, watched for a while."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from benchmarks.figure import Measure, Metric, Sample, Size
from benchmarks.lateness import last_of_each_second, percentile
from benchmarks.plan import Plan
from benchmarks.serving import watch

TASKS = 100
METRICS = {"p99": Metric("ms"), "p50": Metric("ms"), "last": Metric("ms"), "missed": Metric("slots")}
"""`last`: how late the last task of a second starts, in the median of the seconds."""


def measure(*, spread: bool) -> Measure:
    def late(contender: str, options: Mapping[str, Any], size: Size) -> Sample:
        with tempfile.TemporaryDirectory() as folder:
            tasks = size.of(TASKS, 10)
            plan = Plan.of(Path(folder), tasks, tasks, spread=spread)
            seen = watch(contender, options, plan, settle=size.of(2, 0), seconds=size.of(10, 1))
        by = [one.by * 1000 for one in seen.late]
        last = last_of_each_second(seen.late) * 1000
        return {"p99": percentile(by, 0.99), "p50": percentile(by, 0.5), "last": last, "missed": seen.missed}

    return late
