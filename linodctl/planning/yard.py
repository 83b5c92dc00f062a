"""The yard: all lanes, when time changes something in each, which could start something, and what was decided so far.

What the scheduler does to one lane is here; when it does it, and for whom, is in `scheduler`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from linodctl.domain import Pending, SkipReason, Task, TaskState
from linodctl.planning.decisions import Decision, Skip, Stop
from linodctl.planning.flag import cleared
from linodctl.planning.heap import LaneHeap
from linodctl.planning.lane import Lane, Place
from linodctl.planning.obstacle import in_words, obstacle
from linodctl.planning.overlap import join
from linodctl.planning.owed import Absence, owed
from linodctl.planning.room import Room
from linodctl.planning.slots import INSTANT, dropped, met
from linodctl.values import replace


class Yard:
    """Lanes by task name. Every change is noted: states for `changed`, decisions for `decided`."""

    def __init__(self, room: Room, absence: Absence | None) -> None:
        self.lanes: dict[str, Lane] = {}
        self.expecting: list[Lane] = []
        """Those of tasks that should succeed every so often (`expect`)."""
        self.agenda: LaneHeap[datetime] = LaneHeap("wake")
        self.queue: LaneHeap[Place] = LaneHeap("place")
        self._room = room
        self._absence = absence
        self._decided: list[Decision] = []
        self._changed: dict[str, Lane] = {}

    # --- the set of lanes -----------------------------------------------------------------------

    def adopt(self, tasks: Iterable[Task], states: Mapping[str, TaskState], now: datetime) -> None:
        """Make a lane for each task: known, seen for the first time, or edited."""
        for task in tasks:
            known = states.get(task.name)
            state, skips = met(task, known, now)
            self.decide(*skips)
            lane = self.lanes[task.name] = Lane(task, state)
            if task.policy.expect is not None:
                self.expecting.append(lane)
            if state is not known:
                self.touch(lane)
            if task.disabled is not None:
                self.drop_waiting(lane, SkipReason.DISABLED, lane.why_disabled)
            self.reconsider(lane, now)

    def clear(self) -> dict[str, Lane]:
        """Take all lanes out."""
        lanes, self.lanes = self.lanes, {}
        self.expecting.clear()
        self.agenda.clear()
        self.queue.clear()
        return lanes

    # --- one lane -------------------------------------------------------------------------------

    def settle(self, lane: Lane, now: datetime) -> None:
        """Decide about every slot up to `now`: it waits in its lane, or it is a skip."""
        first = lane.next_slot()
        if first is None or first > now:
            return
        if lane.disabled:
            self.change(lane, settled=now)
            self._skip_disabled(lane, first, now)
            return
        due = owed(lane.task, lane.state, first, now, self._absence)
        self.decide(*due.skips)
        if due.start is not None:
            self.come(lane, due.start, settled=now)
        else:
            self.change(lane, settled=now)

    def _skip_disabled(self, lane: Lane, first: datetime, now: datetime) -> None:
        span = lane.task.recurrence.summary(first - INSTANT, now, lane.state.anchor or first)
        if span is not None:
            reason, why = SkipReason.DISABLED, lane.why_disabled
            self.decide(Skip(lane.task.name, reason, span.first, span.last, span.count, why))

    def come(self, lane: Lane, new: Pending, **changes: Any) -> None:
        """A slot meets what runs and waits in its lane; further changes of its state go with it."""
        joined = join(lane, new)
        self.decide(*(self._with_obstacle(lane, skip) for skip in joined.skips))
        if changes or joined.pending != lane.state.pending:
            self.change(lane, pending=joined.pending, **changes)
        if joined.stop:
            self.stop_running(lane, f"its next slot {new.slot.isoformat(timespec='seconds')} came due")

    def _with_obstacle(self, lane: Lane, skip: Skip) -> Skip:
        """A slot that met another one waiting for room: say what that one waits for."""
        waiting = next((item for item in lane.state.pending if item.trigger.is_slot), None)
        if skip.reason is not SkipReason.LIMIT or waiting is None:
            return skip
        found = obstacle(lane, waiting, self._room, self.lanes)
        return skip if found is None else replace(skip, detail=f"{skip.detail}; {in_words(found, self._room)}")

    def drop_waiting(self, lane: Lane, reason: SkipReason, why: str) -> None:
        """Give up the slots that wait; further attempts of runs, and what people asked for, go on waiting."""
        state = lane.state
        waiting = [item for item in state.pending if item.trigger.is_slot]
        if waiting:
            self.decide(*(dropped(lane.task, state, item, reason, why) for item in waiting))
            self.change(lane, pending=tuple(item for item in state.pending if item not in waiting))

    def stop_running(self, lane: Lane, why: str) -> None:
        self.decide(*(Stop(run.ticket, why) for run in lane.running))

    def reconsider(self, lane: Lane, now: datetime) -> None:
        """Put the lane where it now belongs: in the agenda for its next wake, in the queue if it could start."""
        self.agenda.put(lane, lane.next_wake(now))
        head = lane.head(now)
        self.queue.put(lane, lane.place_of(head) if head is not None else None)

    def clear_flag(self, lane: Lane, at: datetime) -> None:
        lane.state = cleared(lane.state, at)
        self.touch(lane)

    # --- what is noted --------------------------------------------------------------------------

    def change(self, lane: Lane, **changes: Any) -> None:
        """Change fields of the lane's state."""
        lane.state = replace(lane.state, **changes)
        self.touch(lane)

    def touch(self, lane: Lane) -> None:
        self._changed[lane.task.name] = lane

    def decide(self, *decisions: Decision) -> None:
        self._decided.extend(decisions)

    def changed(self) -> list[TaskState]:
        """The states that differ from what was last handed out."""
        lanes, self._changed = self._changed, {}
        return [lane.state for lane in lanes.values()]

    def decided(self) -> list[Decision]:
        """The decisions since they were last handed out, in order."""
        decided, self._decided = self._decided, []
        return decided
