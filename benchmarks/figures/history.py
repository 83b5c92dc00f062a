"""Whether the past makes questions slower: the same site with a thousand to a million runs on record."""

from __future__ import annotations

import statistics
from collections.abc import Mapping
from typing import Any

from benchmarks.figure import Figure, Goal, Metric, Sample, Size, value
from benchmarks.figures.commands import timed
from benchmarks.linodctl_past import site_with_a_past

QUESTIONS = {"history": ["history"], "list": ["list"], "show": ["show", "job050"], "logs": ["logs", "job050"]}


def measure(_: str, options: Mapping[str, Any], size: Size) -> Sample:
    """Each question is put to this site and to the one with a thousand runs in turn; `worst` is the worst ratio."""
    site, base = (site_with_a_past(size.of(runs, 200)) for runs in (options["runs"], 1_000))
    found, ratios = {}, []
    for name, words in QUESTIONS.items():
        times = [(timed(site.command(*words)), timed(base.command(*words))) for _ in range(size.of(7, 1))]
        found[name] = statistics.median(ours for ours, _ in times)
        ratios.append(found[name] / statistics.median(other for _, other in times))
    return {**found, "worst": max(ratios)}


FIGURE = Figure(
    title="questions to a long history",
    how="whole commands, 100 tasks, one line of log for each run; worst: of the four, in times of 1,000 runs",
    metrics={**{name: Metric("ms") for name in QUESTIONS}, "worst": Metric("×")},
    measure=measure,
    against="linodctl, 1,000 runs",
    goals=tuple(
        Goal(who, "as with 1,000 runs", value(who, "worst"), at_most=1.3)
        for who in (f"linodctl, {runs:,} runs" for runs in (10_000, 100_000, 1_000_000))
    ),
)
