"""What is measured: one small module each, and a line here. The order is the table's."""

from benchmarks.figure import Figure
from benchmarks.figures import idle, late_same, late_spread, runs_fresh, runs_thread, runs_warm, scale

FIGURES: dict[str, Figure] = {
    "runs_fresh": runs_fresh.FIGURE,
    "runs_warm": runs_warm.FIGURE,
    "runs_thread": runs_thread.FIGURE,
    "late_same": late_same.FIGURE,
    "late_spread": late_spread.FIGURE,
    "idle": idle.FIGURE,
    "scale": scale.FIGURE,
}
