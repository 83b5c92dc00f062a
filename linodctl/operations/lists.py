"""Questions about all tasks at once: which there are, and how each is now."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from linodctl.domain import Lately, Request, Run, Task, TaskState
from linodctl.operations.names import select
from linodctl.planning import trends
from linodctl.planning.status import Status, status_of
from linodctl.planning.trends import Trend

if TYPE_CHECKING:
    from linodctl.operations.site import Site
    from linodctl.store.reading import Reader


@dataclass(frozen=True, slots=True)
class TaskLine:
    """One line of `list`."""

    task: Task
    state: TaskState | None
    status: Status
    trend: Trend
    warnings: tuple[str, ...]
    """What of its run times is worth one: `planning.trends.warnings`."""


def tasks(site: Site, names: Iterable[str] = ()) -> list[TaskLine]:
    """The tasks with their statuses now. UnknownName if a name means none."""
    chosen = select(site.loaded.tasks, names)
    with site.reading() as reader, reader.snapshot():
        return statuses(chosen, reader, site.now())


def statuses(chosen: Sequence[Task], reader: Reader, now: datetime) -> list[TaskLine]:
    """The status and the trend of each of these tasks at the instant `now`."""
    states = reader.states([task.name for task in chosen])
    running: dict[str, list[Run]] = defaultdict(list)
    for run in reader.running():
        running[run.task].append(run)
    requests: dict[str, list[Request]] = defaultdict(list)
    for request in reader.requests():
        requests[request.task].append(request)
    latest = reader.lately([task.name for task in chosen], trends.LOOKED_AT)
    return [
        _line(task, states.get(task.name), running[task.name], requests[task.name], latest.get(task.name), now)
        for task in chosen
    ]


def _line(
    task: Task,
    state: TaskState | None,
    running: Sequence[Run],
    requests: Sequence[Request],
    latest: Lately | None,
    now: datetime,
) -> TaskLine:
    trend = trends.trend_of(latest or trends.NOTHING)
    since = min((run.start_time for run in running), default=None)
    warnings = trends.warnings(task, trend, since, state.anchor if state else None, now)
    return TaskLine(task, state, status_of(task, state, running, requests, now), trend, warnings)
