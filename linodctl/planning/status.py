"""The status of a task in the words that `list` prints, from what is remembered of it and the present instant."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from linodctl.domain import Request, Run, Task, TaskState
from linodctl.planning.expectation import overdue_since
from linodctl.planning.slots import first_sight, next_slot
from linodctl.values import Value

_INSTANT = r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?\+00:00"


class Status(Value):
    """`state` is one of not_scheduled, asap, scheduled, requested, running, disabled; `text` says it to people."""

    state: str
    text: str
    next_time: datetime | None
    """When it starts next by itself; in the past while it waits for room or for a runner."""
    disabled: bool
    disabled_reason: str | None
    overdue_since: datetime | None = None
    """Since when a success is missing that `expect` asks for."""


def status_of(
    task: Task, state: TaskState | None, running: Sequence[Run], requests: Sequence[Request], now: datetime
) -> Status:
    """What `list` says of the task. A run outranks a request, a request the disabled flag, the flag the schedule."""
    seen = state if state is not None and state.settled is not None else first_sight(task, now, state)
    reason = _why_disabled(task, seen)
    next_time = None if reason is not None else _next_time(task, seen)
    kind, text = _words(task, running, requests, reason, next_time, now)
    if kind == "disabled" and seen.disabled and seen.disabled_until is not None:
        text = f"Disabled ({reason}, until {local(seen.disabled_until, task)})"
    return Status(kind, text, next_time, reason is not None, reason, overdue_since(task, seen, now))


def _words(
    task: Task,
    running: Sequence[Run],
    requests: Sequence[Request],
    reason: str | None,
    next_time: datetime | None,
    now: datetime,
) -> tuple[str, str]:
    if running:
        return "running", f"Running since {local(min(run.start_time for run in running), task)}"
    if requests:
        since = min(request.requested_at for request in requests)
        return "requested", f"Requested to run asap (since {local(since, task)})"
    if reason is not None:
        return "disabled", f"Disabled ({reason})"
    if next_time is None:
        return "not_scheduled", "Not scheduled"
    if next_time <= now:
        return "asap", "Scheduled to run asap"
    return "scheduled", f"Scheduled to run at {local(next_time, task)} (in {in_words(next_time - now)})"


def _why_disabled(task: Task, state: TaskState) -> str | None:
    """Why it is disabled, or None; the flag's reason before the declaration's."""
    if state.disabled:
        return state.disabled_reason or "by hand"
    return task.disabled


def _next_time(task: Task, state: TaskState) -> datetime | None:
    waiting = [item.due or item.slot for item in state.pending]
    slot = next_slot(task, state)
    return min([*waiting, *([slot] if slot is not None else [])], default=None)


def local(instant: datetime, task: Task) -> str:
    """The instant in the task's zone, to the second, with its offset."""
    return instant.astimezone(ZoneInfo(task.recurrence.zone)).isoformat(" ", "seconds")


def retold(text: str, when: Callable[[datetime], str]) -> str:
    """A recorded detail, with its instants (which decisions write in UTC) as `when` tells them."""
    return re.sub(_INSTANT, lambda found: when(datetime.fromisoformat(found[0])), text)


def in_words(span: timedelta) -> str:
    """A length of time as people say it, in its two largest units: `2 hours 5 minutes`."""
    seconds = max(0, round(span.total_seconds()))
    if seconds < 1:
        return "a moment"
    units = (("day", 86400), ("hour", 3600), ("minute", 60), ("second", 1))
    parts: list[str] = []
    for name, size in units:
        count, seconds = divmod(seconds, size)
        if count:
            parts.append(f"{count} {name}{'s' if count != 1 else ''}")
        elif parts:
            break
    return " ".join(parts[:2])
