"""The JSON shape of a simulation, and its suggestions in words."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from linodctl.config.durations import format_duration
from linodctl.operations.shapes import Shape, stamp

if TYPE_CHECKING:
    from linodctl.operations.simulate import Plan
    from linodctl.planning.decisions import Skip
    from linodctl.planning.simulation.crowds import Crowd
    from linodctl.planning.simulation.report import Report, TaskReport
    from linodctl.planning.simulation.stage import PlayedRun

NAMED = 4


def simulation_shape(plan: Plan, report: Report) -> Shape:
    """The contract's keys and more; a run's and a skip's keys are those of `history`."""
    scenario, worst = plan.scenario, report.worst
    return {
        "from": stamp(scenario.start),
        "to": stamp(scenario.end),
        "down": [{"from": stamp(down.start), "to": stamp(down.end)} for down in scenario.downs],
        "totals": {"runs": report.total_runs, "skips": report.total_skips, "waiting": report.total_waiting},
        "peak_parallel": report.peak_parallel,
        "peak_at": stamp(report.peak_at),
        "worst_lateness": worst.lateness.total_seconds() if worst else 0.0,
        "worst": _run_shape(worst) if worst else None,
        "busiest_minute": _minute_shape(report.busiest_minute, report.busiest_starts),
        "suggestions": [*map(_crowd_shape, report.crowds), *_timeout_shapes(plan)],
        "tasks": [_task_shape(plan, task) for task in report.tasks.values()],
        "runs": [_run_shape(run) for run in report.rows.runs],
        "skips": [_skip_shape(skip) for skip in report.rows.skips],
    }


def _run_shape(run: PlayedRun) -> Shape:
    return {
        "task": run.task,
        "trigger": run.decision.trigger.value,
        "scheduled_for": stamp(run.scheduled_for),
        "slot": stamp(run.decision.slot),
        "start_time": stamp(run.start),
        "end_time": stamp(run.end),
        "duration": (run.end - run.start).total_seconds(),
        "lateness": run.lateness.total_seconds(),
        "outcome": run.outcome.value,
        "attempt": run.decision.attempt,
    }


def _skip_shape(skip: Skip) -> Shape:
    return {
        "task": skip.task,
        "outcome": "skipped",
        "reason": skip.reason.value,
        "scheduled_for": stamp(skip.slot),
        "slot": stamp(skip.slot),
        "last_slot": stamp(skip.last_slot),
        "count": skip.count,
        "detail": skip.detail,
    }


def _task_shape(plan: Plan, report: TaskReport) -> Shape:
    name = report.task.name
    return {
        "task": name,
        "runs": report.runs,
        "skips": report.skips,
        "reasons": {reason.value: count for reason, count in report.reasons.items()},
        "waiting": report.waiting,
        "worst_lateness": report.worst_lateness.total_seconds(),
        "duration": plan.scenario.duration(name).total_seconds(),
        "duration_source": plan.source(name),
    }


def _minute_shape(minute: datetime | None, starts: int) -> Shape | None:
    return {"time": stamp(minute), "starts": starts} if minute else None


# --- suggestions --------------------------------------------------------------------------------


def suggestions(plan: Plan, report: Report) -> list[str]:
    """What could be better, a sentence or two each."""
    return [*map(_crowd_words, report.crowds), *(shape["text"] for shape in _timeout_shapes(plan))]


def _crowd_shape(crowd: Crowd) -> Shape:
    return {
        "kind": "spread",
        "tasks": [task.name for task in crowd.tasks],
        "limit": crowd.limit,
        "slot": stamp(crowd.slot),
        "times": crowd.times,
        "worst_lateness": crowd.lateness.total_seconds(),
        "spread": format_duration(crowd.spread) if crowd.spread else None,
        "text": _crowd_words(crowd),
    }


def _crowd_words(crowd: Crowd) -> str:
    times = f"{crowd.times:,} times" if crowd.times > 1 else "once"
    trouble = (
        f"Up to {len(crowd.tasks)} tasks come due at the same instant, {times}, and '{crowd.limit}' lets {crowd.room} "
        f"of them run at once: the last starts {_long(crowd.lateness)} late"
    )
    names = _some([task.name for task in crowd.tasks])
    if crowd.spread is None:
        every = f" every {_long(crowd.gap)}" if crowd.gap else ""
        return (
            f"{trouble}. They bring {_long(crowd.work)} of work{every}: no 'spread' makes room for that; raise "
            f"'{crowd.limit}' or run them less often ({names})."
        )
    return f"{trouble}. 'spread: {format_duration(crowd.spread)}' would part most of them ({names})."


def _timeout_shapes(plan: Plan) -> list[Shape]:
    """Runs that are modelled longer than their timeout would let them be."""
    shapes = []
    for task in plan.scenario.tasks:
        duration, timeout = plan.scenario.duration(task.name), task.launch.timeout
        if duration > timeout:
            text = f"{task.name} is played with runs of {_long(duration)}, but its 'timeout' is {_long(timeout)}."
            shapes.append({"kind": "timeout", "tasks": [task.name], "text": text})
    return shapes


def _long(span: timedelta) -> str:
    """A length of time without more digits than anybody reads."""
    return format_duration(timedelta(seconds=round(span.total_seconds(), 3 if span < timedelta(seconds=10) else 0)))


def _some(names: Sequence[str]) -> str:
    more = len(names) - NAMED
    return ", ".join(names[:NAMED]) + (f" and {more} more" if more > 0 else "")
