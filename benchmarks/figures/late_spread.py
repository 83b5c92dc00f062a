"""How late runs start when 100 tasks are due every second, each at its own hundredth of it."""

from benchmarks.figure import Figure, Goal, value
from benchmarks.figures.late import METRICS, measure

FIGURE = Figure(
    title="lateness, 100 tasks spread over the second",
    how="as above, but task k is due k hundredths after the full second",
    metrics=METRICS,
    measure=measure(spread=True),
    against="linodctl, thread",
    goals=tuple(
        Goal(f"linodctl, {name}", "p99", value(f"linodctl, {name}", "p99"), at_most=limit, unit="ms")
        for name, limit in (("thread", 3), ("warm", 5), ("fresh", 15))
    ),
)
