"""Runs a second when a process that lives on serves many of them."""

from benchmarks.figure import Figure, Goal
from benchmarks.figures.throughput import METRICS, measure, times

FIGURE = Figure(
    title="durable runs, warm worker",
    how="no-op runs in processes that live on, after they have started; linodctl with `reuse`, 10 tasks triggered",
    metrics=METRICS,
    measure=measure(3000),
    against="linodctl",
    goals=(
        Goal(
            "linodctl",
            "the best that records start and end",
            times("APScheduler process pool, with a history"),
            at_least=1.2,
        ),
        Goal("linodctl", "APScheduler's unrecorded pool", times("APScheduler process pool"), at_least=1),
    ),
)
