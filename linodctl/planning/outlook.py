"""The outlook: what can be told of the time to come, and of what waits, without deciding anything."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from itertools import islice

from linodctl.domain import Task
from linodctl.planning.expectation import overdue_since
from linodctl.planning.lane import Lane
from linodctl.planning.room import Room
from linodctl.planning.yard import Yard


class Outlook:
    """Questions about a scheduler's lanes; nothing changes by asking them."""

    def __init__(self, yard: Yard, room: Room) -> None:
        self._yard = yard
        self._room = room

    def coming(self, until: datetime) -> list[Task]:
        """The tasks of which something comes due by `until` and will probably start: no more than there is room for."""
        lanes = (lane for lane in self._yard.agenda.until(until) if not (lane.disabled or lane.running))
        return [lane.task for lane in islice(lanes, self._room.left())]

    def certain(self, until: datetime) -> list[Lane]:
        """The lanes in which a slot that comes by `until` starts whatever other runs do meanwhile, by slot."""
        return sorted(self._at_leisure(until), key=lambda lane: (lane.wake, lane.task.number))[: self._room.left()]

    def how_many_certain(self, until: datetime) -> int:
        """The number of the same. Asked after each tick, so it doesn't look at thousands that come at one instant."""
        return sum(1 for _ in islice(self._at_leisure(until), self._room.left()))

    def _at_leisure(self, until: datetime) -> Iterator[Lane]:
        if self._yard.queue.first() is not None:
            return iter(())  # others wait for room
        return (lane for lane in self._yard.agenda.until(until) if lane.is_at_leisure)

    def could_start(self, until: datetime) -> bool:
        """Whether something waits for room, or comes due by `until`."""
        wakeup = self._yard.agenda.first()
        return self._yard.queue.first() is not None or (wakeup is not None and wakeup <= until)

    def waits_for(self, task: str) -> bool:
        """Whether the end of a run of this task could let something start."""
        lane = self._yard.lanes.get(task)
        return self._yard.queue.first() is not None or bool(lane and (lane.requests or lane.state.pending))

    def overdue(self, now: datetime) -> dict[str, datetime]:
        """The tasks without a success within their `expect`, each with the instant since when."""
        since = {lane.task.name: overdue_since(lane.task, lane.state, now) for lane in self._yard.expecting}
        return {name: instant for name, instant in since.items() if instant is not None}

    def tries_again(self, task: str, scheduled_for: datetime, attempt: int) -> bool:
        """Whether another attempt follows the one that has ended."""
        lane = self._yard.lanes.get(task)
        waiting = lane.state.pending if lane is not None else ()
        return any(item.slot == scheduled_for and item.attempt == attempt + 1 for item in waiting)
