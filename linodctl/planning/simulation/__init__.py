"""What if? The very same scheduler on a virtual clock: modelled durations, spans without a runner, nothing executed.

scenario.py ──► stage.py (drives planning.Scheduler) ──► report.py ──► counts, rows, crowds, the cells of a timeline
"""

from collections.abc import Callable
from datetime import datetime

from linodctl.planning.simulation.report import Report
from linodctl.planning.simulation.scenario import Down, Scenario, opening_states
from linodctl.planning.simulation.stage import Stage, ignore
from linodctl.planning.simulation.timeline import Grid

__all__ = ["Down", "Grid", "Report", "Scenario", "opening_states", "simulate"]


def simulate(
    scenario: Scenario, *, keep: int = 0, grid: Grid | None = None, watch: Callable[[datetime], None] = ignore
) -> Report:
    """Play the scenario to its end: figures of all of it, the first `keep` runs and skips, and the cells of `grid`.

    `watch` is told every instant that is played.
    """
    report = Report(scenario, keep=keep, grid=grid or Grid((scenario.start, scenario.end)))
    Stage(scenario, report, watch).play()
    return report
