"""The figures of tasks: how each stands, and what has been counted of it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from linodctl.domain import Outcome, Task, TaskState
from linodctl.metrics import catalog
from linodctl.metrics.sample import Sample
from linodctl.planning.status import Status
from linodctl.planning.trends import Trend

if TYPE_CHECKING:
    from linodctl.metrics.catalog import Family
    from linodctl.store.rows import Totals


def of_task(task: Task, state: TaskState | None, status: Status, running: int, requests: int) -> Iterator[Sample]:
    """How it stands. What it never had, a success say, is not there: 0 would be the year 1970."""
    name = (task.name,)
    yield Sample(catalog.RUNNING, name, running)
    yield Sample(catalog.REQUESTS, name, requests)
    yield Sample(catalog.WAITING, name, len(state.pending) if state else 0)
    yield Sample(catalog.DISABLED, name, status.disabled)
    yield Sample(catalog.FAILURES, name, state.failures if state else 0)
    if task.policy.expect is not None:
        yield Sample(catalog.OVERDUE, name, status.overdue_since is not None)
    yield from _instant(catalog.LAST_SUCCESS, name, state.last_success if state else None)
    yield from _instant(catalog.LAST_START, name, state.last_start_time if state else None)
    yield from _instant(catalog.NEXT_START, name, status.next_time)


def _instant(family: Family, name: tuple[str], instant: datetime | None) -> Iterator[Sample]:
    if instant is not None:
        yield Sample(family, name, instant.timestamp())


def of_trend(task: str, trend: Trend) -> Iterator[Sample]:
    if trend.last is not None:
        yield Sample(catalog.LAST_DURATION, (task,), trend.last.total_seconds())
    if trend.usual is not None:
        yield Sample(catalog.USUAL_DURATION, (task,), trend.usual.total_seconds())


def of_totals(tasks: Sequence[str], totals: Totals) -> Iterator[Sample]:
    """What was counted of these tasks; those that are no longer declared fall silent.

    Every outcome has its number, be it 0: of a counter that appears with its first failure Prometheus sees no increase.
    """
    for task in tasks:
        runs, seconds = 0, 0.0
        for outcome in Outcome:
            ran = totals.runs.get((task, outcome))
            yield Sample(catalog.RUNS, (task, outcome.value), ran.runs if ran else 0)
            if ran and outcome is not Outcome.LOST:
                runs, seconds = runs + ran.runs, seconds + ran.seconds
        yield Sample(catalog.DURATION, (task,), runs, "_count")
        yield Sample(catalog.DURATION, (task,), seconds, "_sum")
    declared = frozenset(tasks)
    for (task, reason), slots in totals.skips.items():
        if task in declared:
            yield Sample(catalog.SKIPPED, (task, reason.value), slots)
