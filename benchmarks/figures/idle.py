"""What a scheduler costs that has nothing to do: 100 hourly tasks, none of which comes due meanwhile."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from benchmarks.figure import Figure, Goal, Metric, Sample, Size, value
from benchmarks.plan import Plan
from benchmarks.serving import watch


def measure(contender: str, options: Mapping[str, Any], size: Size) -> Sample:
    seconds = size.of(30, 1)
    with tempfile.TemporaryDirectory() as folder:
        seen = watch(
            contender,
            options,
            Plan.of(Path(folder), 100, 0),
            settle=size.of(options.get("settle", 10), 1),
            seconds=seconds,
        )
    minutes = seconds / 60
    return {"cpu": seen.cpu / minutes, "memory": seen.pss / 1024**2, "wakes": seen.wakes / minutes}


FIGURE = Figure(
    title="idle, 100 hourly tasks",
    how="the whole tree of processes, servers included, in half a minute after ten seconds; memory is PSS",
    metrics={"cpu": Metric("s/min"), "memory": Metric("MiB"), "wakes": Metric("/min")},
    measure=measure,
    against="linodctl",
    goals=(
        Goal("linodctl", "CPU", value("linodctl", "cpu"), at_most=0.01, unit="s/min"),
        Goal("linodctl", "memory", value("linodctl", "memory"), at_most=40, unit="MiB"),
    ),
    rounds=2,
)
