"""How instants, lengths of time and outcomes are told to people."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from linodctl.paint import Painted, Part

if TYPE_CHECKING:
    from linodctl.domain import Run, SkipRow
    from linodctl.operations.lists import TaskLine
    from linodctl.operations.wishes import Cancelled
    from linodctl.store.reading import LogRow

OUTCOMES = {
    "succeeded": "good",
    "warned": "warn",
    "failed": "bad",
    "timed_out": "bad",
    "lost": "bad",
    "cancelled": "warn",
    "skipped": "dim",
}
MARKS = {
    "succeeded": "✓",
    "warned": "!",
    "failed": "✗",
    "timed_out": "T",
    "cancelled": "-",
    "lost": "?",
    "skipped": "·",
}
"""One character for each outcome, which can be told from the others without colour."""
_MARKS_IN_ASCII = str.maketrans("✓✗·", "+x.")
STATES = {
    "running": "busy",
    "requested": "busy",
    "asap": "busy",
    "scheduled": "",
    "not_scheduled": "dim",
    "disabled": "bad",
}
LEVELS = {"DEBUG": "dim", "INFO": "", "WARNING": "warn", "ERROR": "bad", "CRITICAL": "bad"}


def when(instant: datetime | None, zone: ZoneInfo) -> str:
    """The instant in the zone, to the second, with its offset; nothing for None."""
    return "" if instant is None else instant.astimezone(zone).isoformat(" ", "seconds")


def lasting(span: timedelta) -> str:
    """A length of time, short: `0.42 s`, `12 s`, `3 min 20 s`, `2 h 5 min`, `4 d 2 h`."""
    seconds = max(0.0, span.total_seconds())
    if seconds < 10:
        return f"{seconds:.2f} s"
    whole = round(seconds)
    for unit, size, smaller, part in (("d", 86400, "h", 3600), ("h", 3600, "min", 60), ("min", 60, "s", 1)):
        if whole >= size:
            rest = whole % size // part
            return f"{whole // size} {unit} {rest} {smaller}" if rest else f"{whole // size} {unit}"
    return f"{whole} s"


def so_far(span: timedelta) -> str:
    """A length of time that grows while one looks, as `lasting` tells it but in whole seconds: `3 s`."""
    seconds = max(0, int(span.total_seconds()))
    return f"{seconds} s" if seconds < 60 else lasting(timedelta(seconds=seconds))


def roughly(span: timedelta) -> str:
    """A length of time in its largest unit: `12 s`, `3 min`, `2 h`, `4 d`."""
    return " ".join(so_far(span).split()[:2])


def outcome_of(run: Run) -> Part:
    """How the run ended, or that it goes on."""
    if run.outcome is None:
        return Painted("running", "busy")
    return Painted(run.outcome.value, OUTCOMES[run.outcome.value])


def marks_of(outcomes: Sequence[str], encoding: str | None) -> Part:
    """A mark for each, in the colour of the last; in ASCII for an encoding that doesn't know them."""
    if not outcomes:
        return ""
    return Painted(_in(encoding, "".join(MARKS[outcome] for outcome in outcomes)), OUTCOMES[outcomes[-1]])


def legend_of(outcomes: Sequence[str], encoding: str | None) -> str:
    """What their marks mean: `✓ succeeded, ✗ failed`."""
    return _in(encoding, ", ".join(f"{mark} {outcome}" for outcome, mark in MARKS.items() if outcome in outcomes))


def _in(encoding: str | None, marks: str) -> str:
    try:
        marks.encode(encoding or "ascii")
    except (UnicodeEncodeError, LookupError):
        return marks.translate(_MARKS_IN_ASCII)
    return marks


def status_of_line(line: TaskLine, zone: ZoneInfo) -> Painted:
    """How the task is now, with what of it is worth a warning."""
    status = line.status
    if status.overdue_since is not None:
        since = when(status.overdue_since, zone)
        return Painted("; ".join([status.text, f"overdue since {since}", *line.warnings]), "bad")
    return Painted("; ".join([status.text, *line.warnings]), "warn" if line.warnings else STATES[status.state])


def last_run_of(line: TaskLine, zone: ZoneInfo) -> Part:
    """When the task started last, how that ended, and how long it took."""
    state = line.state
    if state is None or state.last_start_time is None:
        return ""
    start, outcome, took = when(state.last_start_time, zone), state.last_outcome, took_of(line)
    if outcome is None:
        return start
    ended = f"{outcome.value}{', ' if took else ''}{took}"
    if state.last_end_time is None or state.last_end_time < state.last_start_time:
        return f"{start} (the one before: {ended})"
    return Painted(f"{start} {ended}", OUTCOMES[outcome.value])


def took_of(line: TaskLine) -> str:
    """How long the last run took, and how long one usually does."""
    last, usual = line.trend.last, line.trend.usual
    if last is None:
        return ""
    return lasting(last) + (f" (usually {lasting(usual)})" if usual is not None else "")


def duration_of(run: Run, now: datetime) -> str:
    """How long the run took, or has taken so far."""
    return lasting((run.end_time or now) - run.start_time)


def why_of(row: Run | SkipRow) -> str:
    """One line on why it ended as it did: the reason, or the last line of a traceback."""
    reason = getattr(row, "detail", None) or getattr(row, "reason", None)
    if reason:
        return str(reason)
    error = (getattr(row, "error", None) or "").strip()
    return error.splitlines()[-1] if error else str(getattr(row, "message", None) or "")


def log_lines(row: LogRow, level: str, time: str) -> Iterator[list[Part]]:
    """A line of captured log; a text of several goes on below its first one, under the same time and level."""
    for line in row.text.splitlines() or [""]:
        yield [Painted(time, "dim"), " ", Painted(f"{level:<8}", LEVELS[level]), " ", line]


def cancelled(it: Cancelled) -> Iterator[str]:
    """What was taken back of a task."""
    if it.requests:
        yield f"{how_many(it.requests, 'request')} withdrawn"
    for run_id in it.run_ids:
        yield f"run {run_id} asked to stop"
    if it.retries:
        yield f"{how_many(it.retries, 'further attempt')} given up"


def shown(value: Any) -> str:
    """An option's value much as it was written."""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)


def how_many(count: int, word: str) -> str:
    """`1 run`, `3 runs`."""
    return f"{count} {word}{'' if count == 1 else 's'}"
