"""What stands below the timeline of a simulation: totals, peaks, and what could be better."""

from __future__ import annotations

import textwrap
from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from linodctl.operations.simulate_shape import suggestions
from linodctl.paint import Part, strong, warn
from linodctl.words import how_many, lasting, when

if TYPE_CHECKING:
    from linodctl.operations.simulate import Plan
    from linodctl.planning.simulation import Report
    from linodctl.planning.simulation.stage import PlayedRun

Line = Sequence[Part]
LABEL = 16


def summary_lines(plan: Plan, report: Report, zone: str, width: int) -> Iterator[Line]:
    """One fact a line; suggestions are folded to the width."""
    yield ()
    facts = _facts(plan, report, ZoneInfo(zone))
    for label, text in facts.items():
        yield (strong(label.ljust(LABEL)), text)
    for suggestion in suggestions(plan, report):
        first, *more = textwrap.wrap(suggestion, max(width - LABEL, 40), break_on_hyphens=False)
        yield (warn("suggestion".ljust(LABEL)), first)
        yield from ((" " * LABEL, line) for line in more)


def _facts(plan: Plan, report: Report, zone: ZoneInfo) -> dict[str, str]:
    facts = {"runs": f"{report.total_runs:,}", "skips": _skips(report)}
    if report.total_waiting:
        facts["still waiting"] = how_many(report.total_waiting, "slot")
    if report.peak_at is not None:
        room = plan.scenario.max_parallel
        facts["peak"] = f"{report.peak_parallel} of {room} at once, first at {when(report.peak_at, zone)}"
    if report.total_runs:
        facts["worst lateness"] = _lateness(report.worst_on_duty, zone)
    if report.worst is not None and report.worst is not report.worst_on_duty:
        facts["after downtime"] = _lateness(report.worst, zone)
    if report.busiest_minute is not None:
        facts["busiest minute"] = (
            f"{how_many(report.busiest_starts, 'start')} from {when(report.busiest_minute, zone)} on"
        )
    facts["durations"] = _durations(plan)
    return facts


def _lateness(run: PlayedRun | None, zone: ZoneInfo) -> str:
    if run is None:
        return "none: every run starts on time"
    return f"{lasting(run.lateness)}: {run.task} for {when(run.scheduled_for, zone)}"


def _skips(report: Report) -> str:
    if not report.total_skips:
        return "0"
    reasons = ", ".join(f"{count:,} {reason.value}" for reason, count in report.reasons.items())
    return f"{report.total_skips:,} ({reasons})"


def _durations(plan: Plan) -> str:
    """How much is known of how long runs take."""
    counts = Counter(plan.source(task.name) for task in plan.scenario.tasks)
    words = {"given": "as given", "history": "from history", "assumed": f"taken as {lasting(timedelta(seconds=1))}"}
    said = [f"{how_many(counts[source], 'task')} {text}" for source, text in words.items() if counts[source]]
    return ", ".join(said) or "no tasks"
