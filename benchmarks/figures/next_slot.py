"""What it costs to find a rule's next slot, whether it is anchored yesterday or ten years ago."""

from __future__ import annotations

import random
import statistics
import time
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from benchmarks.figure import Figure, Goal, Metric, Sample, Size, value

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
ZONE = "Europe/Tallinn"


def measure(_: str, options: Mapping[str, Any], size: Size) -> Sample:
    """The slowest of the rules: each asked from random instants of the next thirty days."""
    ages = {"anchored yesterday": timedelta(days=1), "ten years ago": timedelta(days=3650)}
    calls = size.of(500, 5)
    return {name: max(_median(rule, NOW - age, calls) for rule in options["rules"]) for name, age in ages.items()}


def _median(options: Mapping[str, Any], anchor: datetime, calls: int) -> float:
    """Microseconds of one call."""
    from linodctl.recurrence import parse_recurrence

    rule, dice, taken = parse_recurrence(options, name="benchmark", zone=ZONE), random.Random(1), []
    for _ in range(calls):
        instant = NOW + timedelta(seconds=dice.randrange(30 * 86400))
        begin = time.perf_counter()
        rule.next_after(instant, anchor)
        taken.append(time.perf_counter() - begin)
    return statistics.median(taken) * 1e6


_PROMISED = {"intervals": 10, "calendar phrases": 100, "cron and RRULE": 300, "cron and RRULE, years away": 20_000}

FIGURE = Figure(
    title="the next slot of a rule",
    how="the slowest rule of its kind, in this process; median of 500 instants",
    metrics={"anchored yesterday": Metric("µs"), "ten years ago": Metric("µs")},
    measure=measure,
    against="intervals",
    goals=tuple(
        Goal(kind, "whatever its anchor", value(kind, "ten years ago"), at_most=limit, unit="µs")
        for kind, limit in _PROMISED.items()
    ),
    rounds=3,
)
