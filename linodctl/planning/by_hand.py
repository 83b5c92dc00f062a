"""What people wish: runs, flags and a fresh start for their tasks."""

from __future__ import annotations

from datetime import datetime

from linodctl.domain import Overlap, Request, SkipReason
from linodctl.planning.flag import flagged
from linodctl.planning.lane import Lane
from linodctl.planning.slots import first_sight
from linodctl.planning.yard import Yard


class ByHand:
    """Hears wishes for a scheduler, whose next tick returns what follows from them. A task that isn't there is left
    alone. Instants are aware UTC."""

    def __init__(self, yard: Yard) -> None:
        self._yard = yard

    def request(self, request: Request, now: datetime) -> bool:
        """A wish to run the task as soon as possible; False if there is no such task.

        It obeys the overlap rule like a slot, but nobody's wish is dropped: where a slot would be, it waits.
        """
        lane = self._yard.lanes.get(request.task)
        if lane is None:
            return False
        if _knows(lane, request):
            return True
        lane.requests = (*lane.requests, request)
        if lane.task.policy.overlap is Overlap.CANCEL:
            self._yard.stop_running(lane, f"request {request.request_id} came")
        self._yard.reconsider(lane, now)
        return True

    def withdraw(self, request_id: int, task: str, now: datetime) -> None:
        """Forget a request that has not started."""
        lane = self._yard.lanes.get(task)
        if lane is not None:
            lane.requests = tuple(request for request in lane.requests if request.request_id != request_id)
            self._yard.reconsider(lane, now)

    def forgo(self, task: str, request_id: int | None, now: datetime) -> None:
        """Drop the attempts that wait to be made after a failed or lost one: of that request, or all of the task."""
        lane = self._yard.lanes.get(task)
        if lane is not None:
            given_up = lane.state.further_attempts(request_id)
            kept = tuple(item for item in lane.state.pending if item not in given_up)
            self._yard.change(lane, pending=kept)
            self._yard.reconsider(lane, now)

    def disable(self, task: str, reason: str, at: datetime, until: datetime | None, now: datetime) -> None:
        """Somebody set the flag at the instant `at`; slots that wait become skips."""
        lane = self._yard.lanes.get(task)
        if lane is None:
            return
        self._yard.settle(lane, at)
        self._yard.drop_waiting(lane, SkipReason.DISABLED, reason)
        lane.state = flagged(lane.state, reason, at, until)
        self._yard.touch(lane)
        self._yard.reconsider(lane, now)

    def enable(self, task: str, at: datetime, now: datetime) -> None:
        """Somebody cleared the flag at the instant `at`; slots of the disabled span are not owed."""
        lane = self._yard.lanes.get(task)
        if lane is None:
            return
        if lane.state.disabled:
            self._yard.settle(lane, at)
        self._yard.clear_flag(lane, at)
        self._yard.reconsider(lane, now)

    def reset(self, task: str, now: datetime) -> None:
        """Forget that the task ever ran; its history, its flag and its memory stay."""
        lane = self._yard.lanes.get(task)
        if lane is None:
            return
        self._yard.settle(lane, now)
        self._yard.drop_waiting(lane, SkipReason.SUPERSEDED, "the task was reset")
        never = dict.fromkeys(("last_slot", "last_start_time", "last_end_time", "last_outcome", "last_success"))
        lane.state = first_sight(lane.task, now, lane.state)
        self._yard.change(lane, **never)
        self._yard.reconsider(lane, now)


def _knows(lane: Lane, request: Request) -> bool:
    """Whether it waits here already. Newer ones have higher ids: of thousands each is mostly compared with the last."""
    newest = lane.requests[-1].request_id if lane.requests else 0
    return request.request_id <= newest and any(request.request_id == other.request_id for other in lane.requests)
