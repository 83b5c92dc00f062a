"""Overlap: what becomes of a slot that comes due while its task still runs or an earlier slot still waits.

One function per member of `domain.Overlap`, and the table that names them.
"""

from __future__ import annotations

from collections.abc import Callable

from linodctl.domain import Missed, Overlap, Pending, SkipReason, Trigger
from linodctl.planning.decisions import Skip
from linodctl.planning.lane import Lane
from linodctl.planning.slots import dropped
from linodctl.values import Value, replace


class Joined(Value):
    """How the lane looks after a slot has met it: what waits now, what was given up, whether to stop what runs."""

    pending: tuple[Pending, ...]
    skips: tuple[Skip, ...] = ()
    stop: bool = False


def join(lane: Lane, new: Pending) -> Joined:
    """Let the slot `new` come to `lane` under the task's overlap rule."""
    if not lane.running and not lane.state.pending:
        return Joined((new,))
    if new.trigger is Trigger.CATCH_UP and lane.task.policy.missed is Missed.ALL:
        # Owed slots run one after the other, whatever `overlap` says of new ones.
        return Joined((*lane.state.pending, new))
    return _RULES[lane.task.policy.overlap](lane, new)


def _skip(lane: Lane, new: Pending) -> Joined:
    return Joined(lane.state.pending, (_turned_away(lane, new),))


def _queue_one(lane: Lane, new: Pending) -> Joined:
    if _slots_waiting(lane):
        return _skip(lane, new)
    return Joined((*lane.state.pending, new))


def _queue_all(lane: Lane, new: Pending) -> Joined:
    waiting = lane.state.pending
    if waiting and _continues(lane, waiting[-1], new):
        # One span instead of two values: a queue of a million slots stays small.
        return Joined((*waiting[:-1], replace(waiting[-1], until=new.until or new.slot)))
    return Joined((*waiting, new))


def _continues(lane: Lane, last: Pending, new: Pending) -> bool:
    """Whether `new` begins with the very slot after `last`, so that one span can stand for both."""
    if not last.trigger.is_slot or last.trigger is not new.trigger or last.trigger is Trigger.STARTUP:
        return False
    following = lane.task.recurrence.next_after(last.until or last.slot, lane.state.anchor or last.slot)
    return following == new.slot


def _cancel(lane: Lane, new: Pending) -> Joined:
    waiting = _slots_waiting(lane)
    kept = tuple(item for item in lane.state.pending if item.request_id is not None)
    skips = tuple(
        dropped(lane.task, lane.state, item, SkipReason.SUPERSEDED, f"the slot {new.slot.isoformat()} took its place")
        for item in waiting
    )
    return Joined((*kept, new), skips, stop=bool(lane.running))


def _allow(lane: Lane, new: Pending) -> Joined:
    return Joined((*lane.state.pending, new))


_RULES: dict[Overlap, Callable[[Lane, Pending], Joined]] = {
    Overlap.SKIP: _skip,
    Overlap.QUEUE_ONE: _queue_one,
    Overlap.QUEUE_ALL: _queue_all,
    Overlap.CANCEL: _cancel,
    Overlap.ALLOW: _allow,
}


def _slots_waiting(lane: Lane) -> list[Pending]:
    return [item for item in lane.state.pending if item.trigger.is_slot]


def _turned_away(lane: Lane, new: Pending) -> Skip:
    """The skip of a slot that met a busy lane; its reason is `limit` if nothing ran and the lane only lacked room."""
    if lane.running:
        started = min(run.at for run in lane.running)
        reason, detail = SkipReason.OVERLAP, f"the run started at {started.isoformat(timespec='seconds')} was going on"
    elif _slots_waiting(lane):
        reason, detail = SkipReason.LIMIT, f"the slot {_slots_waiting(lane)[0].slot.isoformat()} was still waiting"
    else:
        reason, detail = SkipReason.OVERLAP, "a failed run waited for its retry"
    return dropped(lane.task, lane.state, new, reason, detail)
