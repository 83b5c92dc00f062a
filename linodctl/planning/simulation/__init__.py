"""What if? The very same scheduler on a virtual clock: modelled durations, spans without a runner, nothing executed.

scenario.py ──► stage.py (drives planning.Scheduler) ──► report.py ──► counts, rows, crowds, the cells of a timeline
"""

from linodctl.planning.simulation.report import Report
from linodctl.planning.simulation.scenario import Down, Scenario, opening_states
from linodctl.planning.simulation.stage import Stage

__all__ = ["Down", "Report", "Scenario", "opening_states", "simulate"]


def simulate(scenario: Scenario, *, keep: int = 0, cells: int = 1) -> Report:
    """Play the scenario to its end: figures of all of it, the first `keep` runs and skips, and `cells` per task."""
    report = Report(scenario, keep=keep, cells=cells)
    Stage(scenario, report).play()
    return report
