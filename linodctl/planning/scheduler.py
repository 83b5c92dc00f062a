"""The scheduler: from tasks, their states and the present instant to decisions.

It keeps three things: lanes (one per task), an agenda (when time alone changes something in a lane) and a queue (lanes
that have something to start, in the order in which they get room).
"""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from linodctl.domain import Overlap, Pending, Request, Result, Run, SkipReason, Task, TaskState, Trigger
from linodctl.planning.aftermath import conclude
from linodctl.planning.decisions import Decision, Enable, Skip, Start, Stop
from linodctl.planning.lane import Head, Lane, Place
from linodctl.planning.overlap import join
from linodctl.planning.owed import Absence, owed
from linodctl.planning.room import Room
from linodctl.planning.slots import INSTANT, dropped, edited, first_sight, rest_of


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
        self._lanes: dict[str, Lane] = {}
        self._room = Room(max_parallel, limits)
        self._absence = absence
        self._agenda: list[tuple[datetime, int, Lane]] = []
        self._queue: list[tuple[Place, int, Lane]] = []
        self._runs: dict[int, Start] = {}
        self._tickets = 0
        self._entries = 0
        self._noted: list[Decision] = []
        self._dirty: dict[str, Lane] = {}
        self._adopt(tasks, states, now)

    # --- the tick -------------------------------------------------------------------------------

    def tick(self, now: datetime, *, new_slots: bool = True, starts: bool = True) -> list[Decision]:
        """Everything that is to be done at `now`: what was noted since the last tick, skips, and starts in order.

        Without `new_slots` only what waits already may start; without `starts` nothing does, and no slot is lost by it.
        """
        if new_slots and starts:
            self._let_slots_come_due(now)
        if starts:
            self._fill_room(now)
        noted, self._noted = self._noted, []
        return noted

    def next_wakeup(self) -> datetime | None:
        """The next instant at which time alone changes something; None if only an event can."""
        while self._agenda and self._agenda[0][2].wake != self._agenda[0][0]:
            heapq.heappop(self._agenda)
        return self._agenda[0][0] if self._agenda else None

    def changed(self) -> list[TaskState]:
        """The states that differ from what was last handed out, to be saved with the decisions of the same tick."""
        lanes, self._dirty = self._dirty, {}
        return [lane.state for lane in lanes.values()]

    def _let_slots_come_due(self, now: datetime) -> None:
        while self._agenda and self._agenda[0][0] <= now:
            instant, _, lane = heapq.heappop(self._agenda)
            if lane.wake == instant:
                lane.wake = None
                self._wake(lane, now)

    def _wake(self, lane: Lane, now: datetime) -> None:
        """Time has changed something here: the disabled flag ran out, a slot came due, or a retry may start."""
        self._end_of_disabling(lane, now)
        self._settle(lane, now)
        self._reconsider(lane, now)

    def _end_of_disabling(self, lane: Lane, now: datetime) -> None:
        until = lane.state.disabled_until
        if lane.state.disabled and until is not None and until <= now:
            self._settle(lane, until)
            self._set_enabled(lane, now)
            self._note(Enable(lane.task.name, "its time was over", now))

    def _settle(self, lane: Lane, now: datetime) -> None:
        """Decide about every slot up to `now`: it waits in its lane, or it is a skip."""
        first = lane.next_slot()
        if first is None or first > now:
            return
        if lane.disabled:
            span = lane.task.recurrence.summary(first - INSTANT, now, lane.state.anchor or first)
            if span is not None:
                self._note(
                    Skip(lane.task.name, SkipReason.DISABLED, span.first, span.last, span.count, lane.why_disabled)
                )
            self._change(lane, settled=now)
            return
        due = owed(lane.task, lane.state, first, now, self._absence)
        self._note(*due.skips)
        self._change(lane, settled=now)
        if due.start is not None:
            self._come(lane, due.start)

    def _come(self, lane: Lane, new: Pending) -> None:
        """A slot meets what runs and waits in its lane."""
        joined = join(lane, new)
        self._note(*joined.skips)
        if joined.pending != lane.state.pending:
            self._change(lane, pending=joined.pending)
        if joined.stop:
            self._stop_running(lane, f"its next slot {new.slot.isoformat(timespec='seconds')} came due")

    def _fill_room(self, now: datetime) -> None:
        """Start from the head of the queue while there is room; who lacks a limit or waits for another stays queued."""
        waiting: list[Lane] = []
        while self._queue and self._room.any():
            place, _, lane = heapq.heappop(self._queue)
            if lane.place != place:
                continue
            lane.place = None
            head = lane.head(now)
            if head is None:
                continue
            if self._room.lacks(lane.task) or self._waits_for_others(lane, head, now):
                waiting.append(lane)
                continue
            self._start(lane, head, now)
            self._reconsider(lane, now)
        for lane in waiting:
            self._enqueue(lane, now)

    def _waits_for_others(self, lane: Lane, head: Head, now: datetime) -> bool:
        mine = head.scheduled_for if isinstance(head, Request) else head.slot
        others = (self._lanes.get(name) for name in lane.task.policy.run_after)
        return any(other.holds_back(mine, now) for other in others if other is not None)

    # --- starting and ending --------------------------------------------------------------------

    def _start(self, lane: Lane, head: Head, now: datetime) -> None:
        before = lane.state
        if isinstance(head, Request):
            lane.requests = lane.requests[1:]
            run = self._run_of_request(lane, head, now)
        else:
            rest = rest_of(lane.task, lane.state, head)
            kept = tuple(item for item in lane.state.pending if item is not head)
            self._change(lane, pending=(rest, *kept) if rest is not None else kept)
            if self._count_is_used_up(lane, head):
                detail = f"{lane.state.used} runs were allowed"
                self._note(dropped(lane.task, lane.state, head, SkipReason.COUNT_REACHED, detail))
                return
            run = self._run_of_slot(lane, head, now)
        run = replace(run, before=before)
        self._runs[run.ticket] = run
        lane.running = (*lane.running, run)
        self._room.take(lane.task)
        self._change(lane, last_start_time=now)
        self._note(run)

    def _run_of_request(self, lane: Lane, request: Request, now: datetime) -> Start:
        return Start(
            ticket=self._next_ticket(),
            task=lane.task,
            trigger=Trigger.REQUEST,
            scheduled_for=request.scheduled_for,
            at=now,
            request=request,
            request_id=request.request_id,
        )

    def _run_of_slot(self, lane: Lane, item: Pending, now: datetime) -> Start:
        is_slot = item.request_id is None and item.trigger is not Trigger.PROBATION
        if is_slot:
            self._change(lane, last_slot=item.slot)
            if item.trigger.is_slot:
                self._change(lane, used=lane.state.used + 1)
        return Start(
            ticket=self._next_ticket(),
            task=lane.task,
            trigger=item.trigger,
            scheduled_for=item.slot,
            at=now,
            slot=item.slot if is_slot else None,
            attempt=item.attempt,
            request_id=item.request_id,
        )

    def _count_is_used_up(self, lane: Lane, item: Pending) -> bool:
        count = lane.task.recurrence.count
        return count is not None and item.trigger.is_slot and lane.state.used >= count

    def finished(self, ticket: int, result: Result, now: datetime) -> None:
        """The run of the `Start` with this ticket has ended."""
        run = self._runs.pop(ticket)
        lane = self._lanes[run.task.name]
        lane.running = tuple(other for other in lane.running if other.ticket != ticket)
        self._room.give(run.task)
        self._conclude(lane, run, result, now)
        if lane.removed and not lane.running:
            del self._lanes[run.task.name]

    def found_dead(self, run: Run, result: Result, now: datetime) -> None:
        """A run that another runner started, and of which only the record is left, has ended with `result`."""
        lane = self._lanes.get(run.task)
        if lane is None:
            return
        start = Start(
            ticket=0,
            task=lane.task,
            trigger=run.trigger,
            scheduled_for=run.scheduled_for,
            at=run.start_time,
            slot=run.slot,
            attempt=run.attempt,
            request_id=run.request_id,
        )
        self._conclude(lane, start, result, now)

    def _conclude(self, lane: Lane, run: Start, result: Result, now: datetime) -> None:
        state, decisions = conclude(lane.task, lane.state, run, result, now)
        lane.state = state
        self._touch(lane)
        self._note(*decisions)
        self._reconsider(lane, now)

    def _stop_running(self, lane: Lane, why: str) -> None:
        self._note(*(Stop(run.ticket, why) for run in lane.running))

    # --- what people wish -----------------------------------------------------------------------

    def request(self, request: Request, now: datetime) -> bool:
        """A wish to run the task as soon as possible; False if there is no such task."""
        lane = self._lanes.get(request.task)
        if lane is None:
            return False
        lane.requests = (*lane.requests, request)
        if lane.running and lane.task.policy.overlap is Overlap.CANCEL:
            self._stop_running(lane, f"request {request.request_id} came")
        self._reconsider(lane, now)
        return True

    def withdraw(self, request_id: int, task: str, now: datetime) -> None:
        """Forget a request that has not started, or the retry that its run waits for."""
        lane = self._lanes.get(task)
        if lane is None:
            return
        lane.requests = tuple(request for request in lane.requests if request.request_id != request_id)
        kept = tuple(item for item in lane.state.pending if item.request_id != request_id)
        if kept != lane.state.pending:
            self._change(lane, pending=kept)
        self._reconsider(lane, now)

    def disable(self, task: str, reason: str, at: datetime, until: datetime | None, now: datetime) -> None:
        """Somebody set the flag; slots that wait become skips."""
        lane = self._lanes.get(task)
        if lane is None:
            return
        self._settle(lane, min(at, now))
        slots = [item for item in lane.state.pending if item.trigger.is_slot]
        self._note(*(dropped(lane.task, lane.state, item, SkipReason.DISABLED, reason) for item in slots))
        kept = tuple(item for item in lane.state.pending if item.request_id is not None)
        self._change(lane, pending=kept, disabled=True, disabled_reason=reason, disabled_at=at, disabled_until=until)
        self._reconsider(lane, now)

    def enable(self, task: str, at: datetime, now: datetime) -> None:
        """Somebody cleared the flag at the instant `at`; slots of the disabled span are not owed."""
        lane = self._lanes.get(task)
        if lane is None:
            return
        if lane.state.disabled:
            self._settle(lane, at)
        self._set_enabled(lane, at)
        self._reconsider(lane, now)

    def _set_enabled(self, lane: Lane, at: datetime) -> None:
        waiting = tuple(item for item in lane.state.pending if item.trigger is not Trigger.PROBATION)
        self._change(
            lane,
            pending=waiting,
            settled=max(at, lane.state.settled or at) if lane.state.disabled else lane.state.settled,
            disabled=False,
            disabled_reason=None,
            disabled_at=None,
            disabled_until=None,
            failures=0,
        )

    def reset(self, task: str, now: datetime) -> None:
        """Forget that the task ever ran; its history and its flag stay."""
        lane = self._lanes.get(task)
        if lane is None:
            return
        forgotten = replace(
            lane.state,
            last_slot=None,
            last_start_time=None,
            last_end_time=None,
            last_outcome=None,
            last_success=None,
        )
        lane.state = first_sight(lane.task, now, forgotten)
        self._touch(lane)
        self._reconsider(lane, now)

    # --- the set of tasks -----------------------------------------------------------------------

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
        self._room.resize(max_parallel, limits)
        old = self._lanes
        self._lanes = {}
        self._agenda, self._queue = [], []
        self._adopt(tasks, {**states, **{name: lane.state for name, lane in old.items()}}, now)
        for name, before in old.items():
            self._carry_over(name, before, now)

    def _carry_over(self, name: str, before: Lane, now: datetime) -> None:
        lane = self._lanes.get(name)
        if lane is None:
            before.requests = ()
            if not before.running:
                return
            before.removed = True
            before.wake = before.place = None
            self._lanes[name] = before
            return
        lane.running, lane.requests = before.running, before.requests
        self._reconsider(lane, now)

    def startup(self, now: datetime) -> None:
        """The runner has started: tasks with a `startup` rule have one slot, now."""
        for lane in self._lanes.values():
            if lane.task.recurrence.at_startup:
                self._come_at_startup(lane, now)

    def _come_at_startup(self, lane: Lane, now: datetime) -> None:
        if lane.disabled:
            self._note(Skip(lane.task.name, SkipReason.DISABLED, now, now, 1, lane.why_disabled))
            return
        self._come(lane, Pending(now, trigger=Trigger.STARTUP))
        self._reconsider(lane, now)

    def _adopt(self, tasks: Iterable[Task], states: Mapping[str, TaskState], now: datetime) -> None:
        for task in tasks:
            state, skips = _met(task, states.get(task.name), now)
            self._note(*skips)
            lane = self._lanes[task.name] = Lane(task, state)
            if state is not states.get(task.name):
                self._touch(lane)
            self._reconsider(lane, now)

    # --- bookkeeping ----------------------------------------------------------------------------

    def _reconsider(self, lane: Lane, now: datetime) -> None:
        """Put the lane where it now belongs: in the agenda for its next wake, in the queue if it could start."""
        wake = lane.next_wake(now)
        if wake != lane.wake:
            lane.wake = wake
            if wake is not None:
                heapq.heappush(self._agenda, (wake, self._entry(), lane))
        self._enqueue(lane, now)

    def _enqueue(self, lane: Lane, now: datetime) -> None:
        head = lane.head(now)
        place = lane.place_of(head) if head is not None else None
        if place != lane.place:
            lane.place = place
            if place is not None:
                heapq.heappush(self._queue, (place, self._entry(), lane))

    def _entry(self) -> int:
        """A number that breaks ties in the heaps, so that lanes are never compared."""
        self._entries += 1
        return self._entries

    def _next_ticket(self) -> int:
        self._tickets += 1
        return self._tickets

    def _note(self, *decisions: Decision) -> None:
        self._noted.extend(decisions)

    def _change(self, lane: Lane, **changes: object) -> None:
        lane.state = replace(lane.state, **changes)  # type: ignore[arg-type]  # the names are TaskState's
        self._dirty[lane.task.name] = lane

    def _touch(self, lane: Lane) -> None:
        self._dirty[lane.task.name] = lane


def _met(task: Task, state: TaskState | None, now: datetime) -> tuple[TaskState, Sequence[Skip]]:
    """The task's state as it meets this scheduler: known, seen for the first time, or edited."""
    if state is None or state.settled is None:
        return first_sight(task, now, state), ()
    if state.recurrence != task.recurrence.text:
        return edited(task, state, now)
    return state, ()
