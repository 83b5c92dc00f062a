"""Runs a second when each has a process of its own."""

from benchmarks.figure import Figure, Goal
from benchmarks.figures.throughput import METRICS, measure, times, times_less

FIGURE = Figure(
    title="durable runs, a fresh process each",
    how="no-op tasks, all due at the same instant, until the last one has ended; linodctl records claim, start and end",
    metrics=METRICS,
    measure=measure(1000),
    against="linodctl",
    goals=(
        Goal("linodctl", "subprocess python, two at a time", times("subprocess python"), at_least=3),
        Goal("linodctl", "faster is bare fork on the same cores", times_less("bare fork"), at_most=2.5),
        Goal("linodctl", "faster is bare fork, with children forked ahead", times_less("bare fork"), at_most=1.6),
    ),
)
