"""What the three figures of throughput share: ask for `runs`, tell runs a second."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from benchmarks.asking import ask
from benchmarks.figure import Measure, Metric, Round, Sample, Size

METRICS = {"rate": Metric("/s", higher_is_better=True)}


def measure(full: int) -> Measure:
    """Runs a second, of `full` runs; a contender far slower than the others says how many it gets (`count`)."""

    def rate(contender: str, options: Mapping[str, Any], size: Size) -> Sample:
        count = size.of(options.get("count", full), 20)
        return {"rate": count / ask(contender, "runs", {**options, "count": count})}

    return rate


def times(*others: str) -> Callable[[Round], float]:
    """How many times the rate of the best of `others` linodctl reaches."""
    return lambda measured: measured["linodctl"]["rate"] / max(measured[other]["rate"] for other in others)


def times_less(other: str) -> Callable[[Round], float]:
    """How many times linodctl's rate `other` reaches."""
    return lambda measured: measured[other]["rate"] / measured["linodctl"]["rate"]
