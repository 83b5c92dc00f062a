"""How instants, lengths of time and outcomes are told to people."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from linodctl.paint import Painted, Part

if TYPE_CHECKING:
    from linodctl.domain import Run, SkipRow

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


def shown(value: Any) -> str:
    """An option's value much as it was written."""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)


def how_many(count: int, word: str) -> str:
    """`1 run`, `3 runs`."""
    return f"{count} {word}{'' if count == 1 else 's'}"
