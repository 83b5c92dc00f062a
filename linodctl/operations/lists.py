"""Questions about all tasks at once: which there are, and how each is now."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from linodctl.domain import Request, Run, Task, TaskState
from linodctl.operations.names import select
from linodctl.planning.status import Status, status_of

if TYPE_CHECKING:
    from linodctl.operations.site import Site
    from linodctl.store.reading import Reader


@dataclass(frozen=True, slots=True)
class TaskLine:
    """One line of `list`."""

    task: Task
    state: TaskState | None
    status: Status


def tasks(site: Site, names: Iterable[str] = ()) -> list[TaskLine]:
    """The tasks with their statuses now. UnknownName if a name means none."""
    chosen = select(site.loaded.tasks, names)
    with site.reading() as reader, reader.snapshot():
        return statuses(chosen, reader, site.now())


def statuses(chosen: Sequence[Task], reader: Reader, now: datetime) -> list[TaskLine]:
    """The status of each of these tasks at the instant `now`."""
    states = reader.states([task.name for task in chosen])
    running: dict[str, list[Run]] = defaultdict(list)
    for run in reader.running():
        running[run.task].append(run)
    requests: dict[str, list[Request]] = defaultdict(list)
    for request in reader.requests():
        requests[request.task].append(request)
    return [
        TaskLine(task, state, status_of(task, state, running[task.name], requests[task.name], now))
        for task in chosen
        for state in [states.get(task.name)]
    ]
