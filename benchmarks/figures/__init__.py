"""What is measured: one small module each, and a line here. The order is the table's."""

from benchmarks.figure import Figure
from benchmarks.figures import (
    commands,
    history,
    idle,
    late_same,
    late_spread,
    log_capture,
    log_server,
    next_slot,
    runs_fresh,
    runs_thread,
    runs_warm,
    scale,
    simulate,
    trigger,
)

FIGURES: dict[str, Figure] = {
    "runs_fresh": runs_fresh.FIGURE,
    "runs_warm": runs_warm.FIGURE,
    "runs_thread": runs_thread.FIGURE,
    "late_same": late_same.FIGURE,
    "late_spread": late_spread.FIGURE,
    "trigger": trigger.FIGURE,
    "idle": idle.FIGURE,
    "scale": scale.FIGURE,
    "history": history.FIGURE,
    "commands": commands.FIGURE,
    "log_capture": log_capture.FIGURE,
    "log_server": log_server.FIGURE,
    "next_slot": next_slot.FIGURE,
    "simulate": simulate.FIGURE,
}
