"""The scheduler's room and lanes, rebuilt from what is on record: for questions about what waits for what."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from linodctl.domain import Request, Run, Task, TaskState
from linodctl.planning.decisions import Start
from linodctl.planning.lane import Lane
from linodctl.planning.room import Room


class Recorded(NamedTuple):
    """What the runner would find in its scheduler; the ticket of a run is its id."""

    room: Room
    lanes: Mapping[str, Lane]


def as_recorded(
    tasks: Iterable[Task],
    states: Mapping[str, TaskState],
    running: Iterable[Run],
    requests: Iterable[Request],
    *,
    max_parallel: int,
    limits: Mapping[str, int],
) -> Recorded:
    """Runs of tasks that are no longer declared take no part: nobody knows which limits they used."""
    room = Room(max_parallel, limits)
    lanes = {task.name: Lane(task, states.get(task.name) or TaskState(task.name)) for task in tasks}
    for run in running:
        lane = lanes.get(run.task)
        if lane is not None:
            start = start_of(run, lane.task)
            lane.running = (*lane.running, start)
            room.take(start)
    for request in requests:
        lane = lanes.get(request.task)
        if lane is not None:
            lane.requests = (*lane.requests, request)
    return Recorded(room, lanes)


def start_of(run: Run, task: Task) -> Start:
    """The decision that a run on record came from."""
    return Start(
        ticket=run.run_id,
        task=task,
        trigger=run.trigger,
        scheduled_for=run.scheduled_for,
        at=run.start_time,
        slot=run.slot,
        attempt=run.attempt,
        request_id=run.request_id,
    )
