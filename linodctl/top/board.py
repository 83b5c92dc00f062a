"""The lines below the table: what runs, what comes next, what failed of late. Pure."""

from __future__ import annotations

import heapq
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from linodctl.domain import Run
from linodctl.paint import Painted, Part, bad, dim, strong, warn
from linodctl.planning.status import in_words
from linodctl.planning.trends import is_far_over
from linodctl.top.rows import zone_of
from linodctl.words import OUTCOMES, lasting, roughly, so_far, when, why_of

if TYPE_CHECKING:
    from linodctl.operations.lists import TaskLine
    from linodctl.operations.watching import Glance

KIND, NAME, BAR = 10, 24, 12
"""How wide the first word of a line, a task's name, and a bar of progress are."""
FULL, EMPTY = "█", "░"

Line = list[Part]


def board(glance: Glance, rows: int, width: int) -> list[Line]:
    """`rows` lines at the most, each kind of them having its share."""
    name = NAME if width >= 60 else 14
    kinds = [_running(glance, name), _next(glance, rows, name), _failures(glance, name)]
    given = shares(rows, list(map(len, kinds)))
    return [line for kind, share in zip(kinds, given, strict=True) for line in kind[:share]]


def shares(rows: int, wanted: Sequence[int]) -> list[int]:
    """How many of the rows each gets: nobody more than wanted, and equally many where they don't suffice."""
    given = [0] * len(wanted)
    while rows > 0 and given != list(wanted):
        for place, most in enumerate(wanted):
            if rows > 0 and given[place] < most:
                given[place] += 1
                rows -= 1
    return given


def _running(glance: Glance, name: int) -> list[Line]:
    runs = sorted(glance.status.running, key=lambda run: run.start_time)
    return [[_kind("running", "busy"), _name(run.task, name), *of_run(glance, run)] for run in runs]


def of_run(glance: Glance, run: Run) -> Iterator[Part]:
    """How far a run is, and for how long it has gone on."""
    if glance.status.is_dead(run):
        yield bad("its runner died; the next one marks it lost")
        return
    if run.progress is not None:
        done, total, _ = run.progress
        if total:
            part = min(1.0, max(0.0, done / total))
            yield Painted(_bar(part), "busy")
            yield f" {part:4.0%} {done:g} of {total:g}, "
        else:
            yield f"{done:g} done, "
    yield from _against_usual(glance.now - run.start_time, glance.status.usual.get(run.task))
    if run.cancel_requested:
        yield Painted(f", asked to stop by {run.cancel_requested}", "warn")
    if run.progress is not None and run.progress[2]:
        yield dim(f"  {run.progress[2]}")


def _against_usual(taken: timedelta, usual: timedelta | None) -> Iterator[Part]:
    yield so_far(taken)
    if is_far_over(taken, usual):
        yield ", "
        yield warn(f"far longer than usual ({lasting(usual or taken)})")
    elif usual is not None:
        yield f", usually {lasting(usual)}"


def _bar(part: float) -> str:
    full = round(part * BAR)
    return FULL * full + EMPTY * (BAR - full)


def _next(glance: Glance, rows: int, name: int) -> list[Line]:
    """What waits to start, and what is due soonest."""
    waiting = (line for line in glance.lines.values() if line.status.state in ("requested", "asap", "scheduled"))

    def turn(line: TaskLine) -> tuple[bool, datetime]:
        asked = glance.requests.get(line.task.name)
        return asked is None, asked[0].requested_at if asked else line.status.next_time or glance.now

    soonest = heapq.nsmallest(rows, waiting, key=turn)
    return [[_kind("next"), _name(line.task.name, name), *_of_slot(glance, line)] for line in soonest]


def _of_slot(glance: Glance, line: TaskLine) -> Iterator[Part]:
    due = line.status.next_time
    if line.status.state == "requested":
        yield Painted("Requested to run asap", "busy")
    elif line.status.state == "asap" or due is None:
        yield Painted("Scheduled to run asap", "busy")
    else:
        yield f"in {in_words(due - glance.now)}"
        yield dim(f"  {when(due, zone_of(line))}")


def _failures(glance: Glance, name: int) -> list[Line]:
    return [
        [
            _kind(run.outcome.value if run.outcome else "", "bad"),
            _name(run.task, name),
            f"{roughly(glance.now - (run.end_time or run.start_time))} ago  ",
            Painted(why_of(run), OUTCOMES["failed"]),
        ]
        for run in glance.failures
    ]


def _kind(word: str, style: str = "dim") -> Part:
    return Painted(f"{word:<{KIND}}", style)


def _name(name: str, width: int) -> Part:
    shown = name if len(name) <= width else f"{name[: width - 1]}…"
    return strong(f"{shown:<{width}}  ")
