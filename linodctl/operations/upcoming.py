"""Questions about what is to come: the next slots of tasks, or of a rule that somebody just typed."""

from __future__ import annotations

import heapq
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, NamedTuple

from linodctl.domain import Task, TaskState
from linodctl.operations.lists import TaskLine, statuses
from linodctl.operations.names import select
from linodctl.planning.slots import first_sight, next_slot

if TYPE_CHECKING:
    from linodctl.operations.site import Site
    from linodctl.recurrence import Recurrence


class Upcoming(NamedTuple):
    """A slot to come; `task` is None for a rule that belongs to none."""

    time: datetime
    task: str | None
    zone: str


def next_slots(
    site: Site, names: Sequence[str] = (), *, after: datetime | None = None, until: datetime | None = None, limit: int
) -> list[Upcoming]:
    """The next `limit` slots of the tasks together, in order.

    Without `after`: from now on, and what waits already comes first. Disabled tasks have none.
    """
    now = site.now()
    with site.reading() as reader, reader.snapshot():
        lines = statuses(select(site.loaded.tasks, names), reader, now)
    streams = [_slots_of(line, after, now) for line in lines if not line.status.disabled]
    found: list[Upcoming] = []
    for instant, _, name, zone in heapq.merge(*streams):
        if len(found) >= limit or (until is not None and instant > until):
            break
        found.append(Upcoming(instant, name, zone))
    return found


def _slots_of(line: TaskLine, after: datetime | None, now: datetime) -> Iterator[tuple[datetime, int, str, str]]:
    task, rule = line.task, line.task.recurrence
    state = line.state if line.state and line.state.settled else first_sight(task, now, line.state)
    left = None if rule.count is None else max(0, rule.count - state.used)
    instant = line.status.next_time if after is None else _first_after(task, state, after)
    while instant is not None and (left is None or left > 0):
        yield instant, task.number, task.name, rule.zone
        left = None if left is None else left - 1
        instant = rule.next_after(max(instant, state.settled or instant), state.anchor or now)


def _first_after(task: Task, state: TaskState, after: datetime) -> datetime | None:
    first = next_slot(task, state)
    if first is None or first > after:
        return first
    return task.recurrence.next_after(after, state.anchor or after)


def rule_slots(rule: Recurrence, *, after: datetime, until: datetime | None, limit: int) -> list[Upcoming]:
    """The next `limit` slots of a rule that was typed: its grid starts at `after`, its slots are later than that."""
    found: list[Upcoming] = []
    instant = rule.next_after(after, after)
    allowed = limit if rule.count is None else min(limit, rule.count)
    while instant is not None and len(found) < allowed and (until is None or instant <= until):
        found.append(Upcoming(instant, None, rule.zone))
        instant = rule.next_after(instant, after)
    return found
