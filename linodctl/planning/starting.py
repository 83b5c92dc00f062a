"""What leaves a lane when a run starts: its first request, or the slot that waits longest. Mirror of `aftermath`."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

from linodctl.domain import Pending, Request, SkipReason, TaskState, Trigger
from linodctl.planning.decisions import Skip, Start
from linodctl.planning.lane import Head, Lane
from linodctl.planning.slots import dropped, rest_of
from linodctl.values import replace


class Taken(NamedTuple):
    """The start, and how the lane looks without it."""

    start: Start
    state: TaskState
    requests: tuple[Request, ...]


def take(lane: Lane, head: Head, ticket: int, now: datetime) -> Taken:
    """Take `head`, which `lane.head` named, out of the lane."""
    if isinstance(head, Request):
        return _take_request(lane, head, ticket, now)
    return _take_pending(lane, head, ticket, now)


def used_up(lane: Lane, head: Head) -> Skip | None:
    """The skip of a slot that waited while others used up `count`."""
    count = lane.task.recurrence.count
    if isinstance(head, Request) or not head.trigger.is_slot or count is None or lane.state.used < count:
        return None
    return dropped(lane.task, lane.state, head, SkipReason.COUNT_REACHED, f"{count} runs were allowed")


def _take_request(lane: Lane, request: Request, ticket: int, now: datetime) -> Taken:
    start = Start(
        ticket=ticket,
        task=lane.task,
        trigger=Trigger.REQUEST,
        scheduled_for=request.scheduled_for,
        at=now,
        request=request,
        request_id=request.request_id,
        before=lane.state,
    )
    return Taken(start, replace(lane.state, last_start_time=now), lane.requests[1:])


def _take_pending(lane: Lane, item: Pending, ticket: int, now: datetime) -> Taken:
    before = lane.state
    rest = rest_of(lane.task, before, item)
    kept = tuple(other for other in before.pending if other is not item)
    is_of_slot = item.request_id is None and item.trigger is not Trigger.PROBATION
    start = Start(
        ticket=ticket,
        task=lane.task,
        trigger=item.trigger,
        scheduled_for=item.slot,
        at=now,
        slot=item.slot if is_of_slot else None,
        attempt=item.attempt,
        request_id=item.request_id,
        before=before,
    )
    after = replace(
        before,
        pending=kept if rest is None else (rest, *kept),
        used=before.used + item.trigger.is_slot,
        last_slot=item.slot if is_of_slot else before.last_slot,
        last_start_time=now,
    )
    return Taken(start, after, lane.requests)
