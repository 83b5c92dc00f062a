"""What keeps a due task from starting now: the scheduler's own question, asked of what is on record."""

from __future__ import annotations

from linodctl.operations.explain.background import Background
from linodctl.operations.explain.facts import InTheWay
from linodctl.planning.as_recorded import Recorded, as_recorded
from linodctl.planning.obstacle import obstacle


def in_the_way(known: Background) -> InTheWay | None:
    """The obstacle that the scheduler would find, with the runs behind it; None if there is none."""
    recorded = _recorded(known)
    lane = recorded.lanes.get(known.task.name)
    head = lane.head(known.now) if lane is not None else None
    found = obstacle(lane, head, recorded.room, recorded.lanes) if lane is not None and head is not None else None
    if found is None:
        return None
    runs = {run.run_id: run for run in known.reader.running()}
    if found.kind == "limit":
        holders = [runs[start.ticket] for start in recorded.room.holders(found.name)]
    else:
        holders = [run for run in runs.values() if run.task == found.name]
    return InTheWay(found, recorded.room.size(found.name), tuple(holders))


def _recorded(known: Background) -> Recorded:
    loaded, reader = known.site.loaded, known.reader
    return as_recorded(
        loaded.tasks,
        reader.states(),
        reader.running(),
        reader.requests(),
        max_parallel=loaded.max_parallel,
        limits=loaded.limits,
    )
