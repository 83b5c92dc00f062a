"""What is measured: one small module each, and a line here. The order is the table's."""

from benchmarks.figure import Figure
from benchmarks.figures import runs_fresh, runs_thread, runs_warm

FIGURES: dict[str, Figure] = {
    "runs_fresh": runs_fresh.FIGURE,
    "runs_warm": runs_warm.FIGURE,
    "runs_thread": runs_thread.FIGURE,
}
