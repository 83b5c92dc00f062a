"""How late runs start when 100 tasks are due at the same instant, every second."""

from benchmarks.figure import Figure, Goal, ratio, value
from benchmarks.figures.late import METRICS, measure

FIGURE = Figure(
    title="lateness, 100 tasks at the same instant, every second",
    how="from the instant a slot was due to the first line of its run, in 10 s after all have run; max_parallel 100",
    metrics=METRICS,
    measure=measure(spread=False),
    against="linodctl, thread",
    goals=(
        Goal(
            "linodctl, thread", "p99 of APScheduler memory", ratio("linodctl, thread", "APScheduler memory", "p99"), 1.5
        ),
        Goal("linodctl, warm", "p99", value("linodctl, warm", "p99"), at_most=60, unit="ms"),
        Goal(
            "linodctl, fresh", "the last of 100 bare forks", ratio("linodctl, fresh", "bare fork", "last"), at_most=1.3
        ),
    ),
)
