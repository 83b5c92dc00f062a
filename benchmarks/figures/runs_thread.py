"""Runs a second within the scheduler's own process."""

from benchmarks.figure import Figure, Goal
from benchmarks.figures.throughput import METRICS, measure, times

FIGURE = Figure(
    title="durable runs, thread",
    how="no-op tasks, all due at the same instant, in threads of the scheduler",
    metrics=METRICS,
    measure=measure(2000),
    against="linodctl",
    goals=(
        Goal("linodctl", "APScheduler with a history", times("APScheduler memory, with a history"), at_least=1.5),
        Goal("linodctl", "APScheduler on SQLite", times("APScheduler SQLite"), at_least=8),
    ),
)
