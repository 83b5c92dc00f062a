"""Obstacles: what keeps a start that is ready from starting, and how it is told to people.

The scheduler asks whether there is one at every start; `explain` asks the same of what is on record.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal, NamedTuple

from linodctl.domain import Request
from linodctl.planning.decisions import Start
from linodctl.planning.lane import Head, Lane
from linodctl.planning.room import SITE_LIMIT, Room

_NAMED = 3
"""So many runs that fill a limit are named, and the others counted."""


class Obstacle(NamedTuple):
    """One thing in the way."""

    kind: Literal["limit", "run_after"]
    name: str
    """Of the limit that is full (`max_parallel` among them), or of the task that has to end first."""


def obstacle(lane: Lane, head: Head, room: Room, lanes: Mapping[str, Lane]) -> Obstacle | None:
    """What keeps `head`, which waits in `lane`, from starting at once; None if nothing does."""
    full = room.lacks(lane.task)
    if full is not None:
        return Obstacle("limit", full)
    mine = head.scheduled_for if isinstance(head, Request) else head.slot
    for name in lane.task.policy.run_after:
        other = lanes.get(name)
        if other is not None and other.holds_back(mine):
            return Obstacle("run_after", name)
    return None


def in_words(found: Obstacle, room: Room) -> str:
    """`limit 'database' (1) was full: backup since 2026-03-02T12:00:00+00:00`."""
    if found.kind == "run_after":
        return f"'run_after' made it wait for {found.name}"
    limit = found.name if found.name == SITE_LIMIT else f"limit '{found.name}'"
    return f"{limit} ({room.size(found.name)}) was full: {_holders(room.holders(found.name))}"


def _holders(runs: list[Start]) -> str:
    named = [f"{run.task.name} since {run.at.isoformat(timespec='seconds')}" for run in runs[:_NAMED]]
    more = [f"{len(runs) - _NAMED} more"] if len(runs) > _NAMED else []
    return ", ".join([*named, *more])
