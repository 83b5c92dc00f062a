"""What the store's tests put into it: tasks, starts and skips in a few words, and processes to share the file with."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import linodctl
from linodctl.domain import (
    Launch,
    LogLevel,
    Outcome,
    Policy,
    Request,
    Result,
    SkipReason,
    Task,
    Trigger,
)
from linodctl.planning.decisions import Skip, Start
from linodctl.recurrence import parse_recurrence
from linodctl.store.rows import LogRow
from linodctl.store.store import Store
from linodctl.values import replace

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
SOURCE = Path(linodctl.__file__).parent.parent
FINE = Result(Outcome.SUCCEEDED)
_RULE = parse_recurrence({"every": "10 seconds"}, name="a", zone="UTC")


def at(seconds: float) -> datetime:
    return NOON + timedelta(seconds=seconds)


def make_task(name: str = "a") -> Task:
    return Task(1, name, f"procedure_of_{name}", _RULE, Policy(), Launch("example.job"), log_level=LogLevel.WARNING)


def slot_start(name: str, slot: float, **changes: Any) -> Start:
    """The start of a task for its slot so many seconds after noon, at once."""
    fields: dict[str, Any] = {
        "ticket": 1,
        "task": make_task(name),
        "trigger": Trigger.SCHEDULE,
        "scheduled_for": at(slot),
        "at": at(slot),
        "slot": at(slot),
    }
    return Start(**{**fields, **changes})


def asked_start(name: str, when: float) -> Start:
    """A start that belongs to no slot."""
    return replace(slot_start(name, when, trigger=Trigger.REQUEST), slot=None)


def request_start(request: Request, when: float) -> Start:
    return Start(
        ticket=1,
        task=make_task(request.task),
        trigger=Trigger.REQUEST,
        scheduled_for=request.scheduled_for,
        at=at(when),
        request=request,
        request_id=request.request_id,
    )


def skip(name: str, first: float, last: float | None = None, count: int = 1, **changes: Any) -> Skip:
    reason = changes.pop("reason", SkipReason.OVERLAP)
    return Skip(name, reason, at(first), at(first if last is None else last), count, **changes)


def line(text: str, level: int = 20, seconds: float = 0) -> LogRow:
    return LogRow(0, 0, "", at(seconds), level, "example", text)


def ran(store: Store, name: str, slot: float, result: Result = FINE, seconds: float = 1, **changes: Any) -> int:
    """A run from its start to its end."""
    return done(store, slot_start(name, slot, **changes), result, seconds)


def done(store: Store, start: Start, result: Result = FINE, seconds: float = 1) -> int:
    with store.transaction(durable=False) as ledger:
        run_id = ledger.start(start, host="here")
        ledger.end(run_id, result, start.at + timedelta(seconds=seconds))
    return run_id


@contextmanager
def child(script: str, *arguments: object) -> Iterator[subprocess.Popen[str]]:
    """Another Python process, spoken with by lines; killed at the end if it still lives."""
    process = subprocess.Popen(
        [sys.executable, "-c", script, *map(str, arguments)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": os.pathsep.join([str(SOURCE), str(Path(__file__).parent)])},
    )
    with process:
        try:
            yield process
        finally:
            process.kill()


def hears(process: subprocess.Popen[str], expected: str) -> None:
    """Wait for the next line that the process says."""
    assert process.stdout is not None
    assert process.stdout.readline().strip() == expected


def told(process: subprocess.Popen[str], word: str = "go") -> None:
    assert process.stdin is not None
    process.stdin.write(word + "\n")
    process.stdin.flush()
