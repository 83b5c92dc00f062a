"""The JSON shapes that CONTRACT promises: what scripts rely on, as key → types."""

from __future__ import annotations

from datetime import datetime
from typing import Any

Text, Number, Flag = (str,), (int,), (bool,)
MaybeText, MaybeNumber, MaybeReal = (str, type(None)), (int, type(None)), (int, float, type(None))


class Instant:
    """An ISO 8601 instant with offset, or null where `maybe`."""

    def __init__(self, maybe: bool = False) -> None:
        self.maybe = maybe


TIME, MAYBE_TIME = Instant(), Instant(maybe=True)

TASK = {
    "no": Number,
    "name": Text,
    "procedure": Text,
    "recurrence": Text,
    "log_level": Text,
    "disabled": Flag,
    "disabled_reason": MaybeText,
    "state": Text,
    "status": Text,
    "last_start_time": MAYBE_TIME,
    "last_end_time": MAYBE_TIME,
    "last_outcome": MaybeText,
    "next_time": MAYBE_TIME,
    "timezone": Text,
    "trend": (list,),
    "last_duration": MaybeReal,
    "usual_duration": MaybeReal,
    "warnings": (list,),
}
PROCEDURE = dict.fromkeys(("name", "func", "description", "recurrence", "log_level"), Text)
LOG_LEVEL = {"value": Text, "text": Text, "number": Number, "use": Text}
RUN = {
    "run_id": Number,
    "task": Text,
    "procedure": Text,
    "trigger": Text,
    "scheduled_for": TIME,
    "start_time": TIME,
    "end_time": MAYBE_TIME,
    "duration": MaybeReal,
    "outcome": MaybeText,
    "reason": MaybeText,
    "error": MaybeText,
    "attempt": Number,
    "log_level": Text,
    "exit_code": MaybeNumber,
    "signal": MaybeNumber,
    "cpu_seconds": MaybeReal,
    "max_rss": MaybeNumber,
    "host": MaybeText,
}
SKIP = {"task": Text, "outcome": Text, "reason": Text, "scheduled_for": TIME, "last_slot": TIME, "count": Number}
SLOT = {"task": MaybeText, "time": TIME, "timezone": Text}
TRIGGERED = {
    "task": Text,
    "request_id": Number,
    "run_id": MaybeNumber,
    "state": Text,
    "outcome": MaybeText,
}
STATUS = {
    "alive": Flag,
    "pid": MaybeNumber,
    "since": MAYBE_TIME,
    "version": MaybeText,
    "site": Text,
    "running": (list,),
    "requested": (list,),
    "disabled": (list,),
    "late": (list,),
}
PROBLEM = {"severity": Text, "file": Text, "line": Number, "column": Number, "key": Text, "message": Text}


def assert_shape(found: Any, shape: dict[str, Any]) -> None:
    """All keys are there, each of its type."""
    assert shape.keys() <= found.keys(), f"missing: {sorted(shape.keys() - found.keys())}"
    for key, kind in shape.items():
        _assert_kind(key, found[key], kind)


def _assert_kind(key: str, value: Any, kind: Any) -> None:
    if isinstance(kind, Instant):
        if value is None:
            assert kind.maybe, f"{key} is null"
            return
        assert datetime.fromisoformat(value).utcoffset() is not None, f"{key}: {value}"
        return
    is_flag_for_number = isinstance(value, bool) and bool not in kind
    assert isinstance(value, kind) and not is_flag_for_number, f"{key}: {value!r}"
