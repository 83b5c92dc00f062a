"""The scheduler: from tasks, their states and the present instant to decisions."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime

from linodctl.domain import Pending, Result, Run, SkipReason, Task, TaskState, Trigger
from linodctl.planning.aftermath import conclude
from linodctl.planning.as_recorded import start_of
from linodctl.planning.by_hand import ByHand
from linodctl.planning.decisions import Decision, Enable, Skip, Start
from linodctl.planning.lane import Head, Lane
from linodctl.planning.obstacle import obstacle
from linodctl.planning.outlook import Outlook
from linodctl.planning.owed import Absence
from linodctl.planning.room import Room
from linodctl.planning.slots import EDITED, REMOVED, UNDECLARED, as_remembered
from linodctl.planning.starting import take, used_up
from linodctl.planning.yard import Yard


class Scheduler:
    """Decides when runs start. Instants are aware UTC; `now` never comes from anywhere but the caller.

    Every method that changes something only notes it; the next `tick` returns all decisions since the last one.
    """

    def __init__(
        self,
        tasks: Iterable[Task],
        states: Mapping[str, TaskState],
        *,
        max_parallel: int,
        limits: Mapping[str, int],
        now: datetime,
        absence: Absence | None = None,
    ) -> None:
        """`states` are those of all tasks that were ever known, declared or not; `absence` is the time before `now` in
        which no runner was alive."""
        self._room = Room(max_parallel, limits)
        self._yard = Yard(self._room, absence)
        self.outlook = Outlook(self._yard, self._room)
        self.by_hand = ByHand(self._yard)
        self._tickets = 0
        self._yard.adopt(tasks, states, now)
        for name, state in states.items():
            if name not in self._yard.lanes and state.recurrence not in ("", UNDECLARED):
                self._retire(Lane(as_remembered(state), state))

    # --- the tick -------------------------------------------------------------------------------

    def tick(
        self, now: datetime, *, new_slots: bool = True, starts: bool = True, ahead: datetime | None = None
    ) -> list[Decision]:
        """Everything that is to be done at `now`: what was noted since the last tick, skips, and starts in order.

        Without `new_slots` only what waits already may start; without `starts` nothing does, and no slot is lost by it.
        Starts that are `Outlook.certain` by the instant `ahead` are among the decisions: to be recorded now, and
        carried out at their `at`, which is their slot.
        """
        if new_slots and starts:
            self._let_slots_come_due(now)
        if starts:
            self._fill_room(now)
        if ahead is not None:
            self._start_ahead(ahead)
        return self._yard.decided()

    def settle(self, now: datetime) -> None:
        """Decide about every slot up to `now`, also of disabled tasks, which `tick` looks at only now and then."""
        self._settle_all(now)
        for lane in self._yard.lanes.values():
            self._yard.reconsider(lane, now)

    def _settle_all(self, now: datetime) -> None:
        for lane in self._yard.lanes.values():
            if not lane.removed:
                self._yard.settle(lane, now)

    def next_wakeup(self) -> datetime | None:
        """The next instant at which time alone changes something; None if only an event can."""
        return self._yard.agenda.first()

    def holds(self, task: str) -> bool:
        """Whether it knows the task's state: it has the task, or had it and its runs still go on."""
        return task in self._yard.lanes

    def changed(self) -> list[TaskState]:
        """The states that differ from what was last handed out, to be saved with the decisions of the same tick."""
        return self._yard.changed()

    def _let_slots_come_due(self, now: datetime) -> None:
        """Time has changed something: a disabled flag ran out, a slot came due, or a retry may start."""
        agenda = self._yard.agenda
        while (instant := agenda.first()) is not None and instant <= now:
            lane = agenda.pop()
            self._end_of_disabling(lane, now)
            self._yard.settle(lane, now)
            self._yard.reconsider(lane, now)

    def _end_of_disabling(self, lane: Lane, now: datetime) -> None:
        until = lane.state.disabled_until
        if lane.state.disabled and until is not None and until <= now:
            self._yard.settle(lane, until)
            self._yard.clear_flag(lane, until)
            self._yard.decide(Enable(lane.task.name, "its time was over", now))

    def _fill_room(self, now: datetime) -> None:
        """Start from the head of the queue while there is room; who lacks a limit or waits for another stays queued."""
        queue, waiting = self._yard.queue, []
        while queue.first() is not None and self._room.any():
            lane = queue.pop()
            head = lane.head(now)
            if head is None:
                continue
            if obstacle(lane, head, self._room, self._yard.lanes):
                waiting.append(lane)
                continue
            self._start(lane, head, now)
            self._yard.reconsider(lane, now)
        for lane in waiting:
            self._yard.reconsider(lane, now)

    def _start_ahead(self, until: datetime) -> None:
        for lane in self.outlook.certain(until):
            slot = lane.wake
            assert slot is not None  # the agenda has it
            self._yard.settle(lane, slot)
            head = lane.head(slot)
            if head is not None:
                self._start(lane, head, slot)
            self._yard.reconsider(lane, slot)

    # --- starting and ending --------------------------------------------------------------------

    def _start(self, lane: Lane, head: Head, now: datetime) -> None:
        skip = used_up(lane, head)
        if skip is not None:
            self._yard.change(lane, pending=tuple(item for item in lane.state.pending if item is not head))
            self._yard.decide(skip)
            return
        taken = take(lane, head, self._next_ticket(), now)
        lane.state, lane.requests = taken.state, taken.requests
        lane.running = (*lane.running, taken.start)
        self._yard.touch(lane)
        self._room.take(taken.start)
        self._yard.decide(taken.start)

    def finished(self, ticket: int, result: Result, now: datetime) -> None:
        """The run of the `Start` with this ticket has ended."""
        run = self._room.give(ticket)
        lane = self._yard.lanes[run.task.name]
        lane.running = tuple(other for other in lane.running if other.ticket != ticket)
        self._conclude(lane, run, result, now)
        if lane.removed and not lane.running:
            del self._yard.lanes[run.task.name]

    def found_dead(self, run: Run, result: Result, now: datetime) -> None:
        """A run that another runner started, and of which only the record is left, has ended with `result`."""
        lane = self._yard.lanes.get(run.task)
        if lane is None:
            return
        self._conclude(lane, start_of(run, lane.task), result, now)

    def refused(self, ticket: int, now: datetime) -> None:
        """The `Start` with this ticket could not be claimed, since its run is on record: it has not been."""
        run = self._room.give(ticket)
        lane = self._yard.lanes[run.task.name]
        lane.running = tuple(other for other in lane.running if other.ticket != ticket)
        old = run.before
        if old is not None:
            self._yard.change(lane, last_start_time=old.last_start_time, last_slot=old.last_slot, used=old.used)
        self._yard.reconsider(lane, now)

    def _conclude(self, lane: Lane, run: Start, result: Result, now: datetime) -> None:
        lane.state, decisions = conclude(lane.task, lane.state, run, result, now)
        self._yard.touch(lane)
        self._yard.decide(*decisions)
        self._yard.reconsider(lane, now)

    def _next_ticket(self) -> int:
        self._tickets += 1
        return self._tickets

    # --- the set of tasks -----------------------------------------------------------------------

    def startup(self, now: datetime) -> None:
        """The runner has started: tasks with a `startup` rule have one slot, now."""
        for lane in self._yard.lanes.values():
            if lane.task.recurrence.at_startup:
                self._come_at_startup(lane, now)

    def _come_at_startup(self, lane: Lane, now: datetime) -> None:
        if lane.disabled:
            self._yard.decide(Skip(lane.task.name, SkipReason.DISABLED, now, now, 1, lane.why_disabled))
            return
        self._yard.come(lane, Pending(now, trigger=Trigger.STARTUP))
        self._yard.reconsider(lane, now)

    def replace(
        self,
        tasks: Iterable[Task],
        states: Mapping[str, TaskState],
        *,
        max_parallel: int,
        limits: Mapping[str, int],
        now: datetime,
    ) -> None:
        """Go on with other tasks and limits. What runs goes on; of a removed task only the running runs remain.

        `states` are those of tasks that this scheduler doesn't hold.
        """
        tasks = list(tasks)
        self._settle_all(now)
        self._drop_edited(tasks)
        self._room.resize(max_parallel, limits)
        old = self._yard.clear()
        self._yard.adopt(tasks, {**states, **{name: lane.state for name, lane in old.items()}}, now)
        for name, before in old.items():
            lane = self._yard.lanes.get(name)
            if lane is None:
                self._retire(before)
            elif before.running or before.requests:
                lane.running, lane.requests = before.running, before.requests
                self._yard.reconsider(lane, now)

    def _drop_edited(self, tasks: Iterable[Task]) -> None:
        """Slots that wait under a rule that changes now are counted by that rule, not by the new one."""
        for task in tasks:
            lane = self._yard.lanes.get(task.name)
            if lane is not None and lane.task.recurrence.text != task.recurrence.text:
                self._yard.drop_waiting(lane, SkipReason.SUPERSEDED, EDITED)

    def _retire(self, lane: Lane) -> None:
        """The task is no longer declared: only its running runs remain. Nothing is owed should it come back, for then
        its rule counts as edited."""
        self._yard.drop_waiting(lane, SkipReason.SUPERSEDED, REMOVED)
        rest = Lane(lane.task, lane.state)
        rest.removed, rest.running = True, lane.running
        self._yard.change(rest, pending=(), recurrence=UNDECLARED)
        if rest.running:
            self._yard.lanes[lane.task.name] = rest
