"""Gathers what may keep a task from running now."""

from __future__ import annotations

from datetime import datetime

from linodctl.domain import Run
from linodctl.operations.explain.background import Background
from linodctl.operations.explain.facts import Present, TakenOut
from linodctl.operations.explain.gather_then import beside_of
from linodctl.operations.explain.in_the_way import in_the_way
from linodctl.planning.status import status_of

LATEST = 20
"""Among so many rows of history the last run is looked for."""


def gather_now(known: Background) -> Present:
    """The facts about the present moment."""
    name, reader, now = known.task.name, known.reader, known.now
    running, requests = tuple(reader.running(name)), tuple(reader.requests(name))
    status = status_of(known.task, known.state, running, requests, now)
    last = next((row for row in reader.history([name], limit=LATEST) if isinstance(row, Run)), None)
    return Present(
        task=known.task,
        state=known.state,
        now=now,
        status=status,
        runner=known.runner(),
        running=running,
        requests=requests,
        in_the_way=in_the_way(known) if status.state in ("asap", "requested") else None,
        disabled=known.disabled_now(),
        last=last,
        taken_out=_taken_out(known, status.next_time),
        askers=known.askers([*running, *([last] if last is not None else [])]),
    )


def _taken_out(known: Background, slot: datetime | None) -> TakenOut | None:
    """The first instant to come that the rule's limits take out, if it is earlier than the next slot."""
    found = beside_of(known, known.now).taken_out_after(known.now)
    return found if found is not None and (slot is None or found.instant < slot) else None
