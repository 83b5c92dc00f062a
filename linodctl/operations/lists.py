"""Questions about all tasks at once: which there are, and how each is now."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, TypeVar

from linodctl.domain import Request, Run, Task, TaskState
from linodctl.operations.names import select
from linodctl.planning import trends
from linodctl.planning.status import Status, status_of
from linodctl.planning.trends import Trend
from linodctl.values import Value

if TYPE_CHECKING:
    from linodctl.operations.site import Site
    from linodctl.store.reading import Reader

Found = TypeVar("Found", Run, Request)


class TaskLine(Value):
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
    running, requests = by_task(reader.running()), by_task(reader.requests())
    latest = reader.lately([task.name for task in chosen])
    return [
        line_of(
            task,
            states.get(task.name),
            trends.trend_of(latest.get(task.name, trends.NOTHING)),
            running.get(task.name, ()),
            requests.get(task.name, ()),
            now,
        )
        for task in chosen
    ]


def line_of(
    task: Task,
    state: TaskState | None,
    trend: Trend,
    running: Sequence[Run],
    requests: Sequence[Request],
    now: datetime,
) -> TaskLine:
    """What `list` says of the task at the instant `now`, from what is known of it."""
    since = min((run.start_time for run in running), default=None)
    warnings = trends.warnings(task, trend, since, state.anchor if state else None, now)
    return TaskLine(task, state, status_of(task, state, running, requests, now), trend, warnings)


def by_task(found: Iterable[Found]) -> dict[str, list[Found]]:
    """Runs or requests by the task's name."""
    sorted_out: dict[str, list[Found]] = defaultdict(list)
    for each in found:
        sorted_out[each.task].append(each)
    return dict(sorted_out)
