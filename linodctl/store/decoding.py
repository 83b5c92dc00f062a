"""From rows to values: one function per table.

Any program can write to the file, and disks forget: what is no value of ours is told as a StateError, never believed.
"""

from __future__ import annotations

import json
import math
import sqlite3
from collections.abc import Callable, Mapping
from functools import wraps
from sys import intern
from typing import Any, TypeVar

from linodctl.domain import LogLevel, Outcome, Request, Run, SkipReason, SkipRow, TaskState, Trigger
from linodctl.store.columns import instant_of, instant_or_none, mapping_of, pending_of
from linodctl.store.errors import DamagedRow
from linodctl.store.rows import Discovered, Edit, LogRow, Override, RequestRow, RunnerRow

T = TypeVar("T")

_KEYS = ("id", "run_id", "request_id", "skip_id", "pid")
_COUNTS = ("used", "disabled", "failures", "attempt", "count", "level")
NUMBERS = frozenset((*_KEYS, *_COUNTS, "exit_code", "signal", "cpu_seconds", "max_rss"))
"""Columns of numbers, whatever the table; all others hold text. (SQLite keeps in a column what it is given.)"""


Columns = Mapping[str, Any]
"""A row's values by column. (A Row looks through all its columns for each one that is asked for.)"""


def _reads(table: str, key: str) -> Callable[[Callable[[Columns], T]], Callable[[sqlite3.Row], T]]:
    """The function reads rows of `table`: DamagedRow, with the row's `key`, for one that it can't make sense of."""

    def careful(read: Callable[[Columns], T]) -> Callable[[sqlite3.Row], T]:
        fine: set[tuple[type, ...]] = set()  # the combinations of types that have been looked at

        @wraps(read)
        def reading(row: sqlite3.Row) -> T:
            try:
                values = dict(zip(row.keys(), row, strict=True))
                types = tuple(map(type, values.values()))
                if types not in fine:
                    _check_types(values)
                    fine.add(types)
                return read(values)
            except (ValueError, TypeError, LookupError, AttributeError, RecursionError) as error:
                raise DamagedRow(table, row[key], error) from error

        return reading

    return careful


def _check_types(values: Columns) -> None:
    for column, value in values.items():
        if value is not None and not isinstance(value, (int | float) if column in NUMBERS else str):
            raise ValueError(f"{column} holds {value!r:.40}")


@_reads("tasks", "name")
def state_of(row: Columns) -> TaskState:
    return TaskState(
        name=row["name"],
        first_seen=instant_or_none(row["first_seen"]),
        anchor=instant_or_none(row["anchor"]),
        settled=instant_or_none(row["settled"]),
        pending=pending_of(row["pending"]),
        recurrence=intern(row["recurrence"]),
        used=row["used"],
        last_slot=instant_or_none(row["last_slot"]),
        last_start_time=instant_or_none(row["last_start_time"]),
        last_end_time=instant_or_none(row["last_end_time"]),
        last_outcome=_outcome(row["last_outcome"]),
        last_success=instant_or_none(row["last_success"]),
        disabled=bool(row["disabled"]),
        disabled_reason=row["disabled_reason"],
        disabled_at=instant_or_none(row["disabled_at"]),
        disabled_until=instant_or_none(row["disabled_until"]),
        failures=row["failures"],
        memory=mapping_of(row["memory"]),
    )


@_reads("runs", "run_id")
def run_of(row: Columns) -> Run:
    return Run(
        run_id=row["run_id"],
        task=row["task"],
        procedure=row["procedure"],
        trigger=Trigger(row["trigger"]),
        scheduled_for=instant_of(row["scheduled_for"]),
        attempt=row["attempt"],
        log_level=LogLevel(row["log_level"]),
        start_time=instant_of(row["start_time"]),
        slot=instant_or_none(row["slot"]),
        request_id=row["request_id"],
        end_time=instant_or_none(row["end_time"]),
        outcome=_outcome(row["outcome"]),
        reason=row["reason"],
        error=row["error"],
        message=row["message"],
        exit_code=row["exit_code"],
        signal=row["signal"],
        cpu_seconds=row["cpu_seconds"],
        max_rss=row["max_rss"],
        host=row["host"],
        pid=row["pid"],
        pid_started=row["pid_started"],
        owner=row["owner"],
        progress=_progress(row["progress"]),
        cancel_requested=row["cancel_requested"],
    )


@_reads("skips", "skip_id")
def skip_of(row: Columns) -> SkipRow:
    return SkipRow(
        skip_id=row["skip_id"],
        task=row["task"],
        reason=SkipReason(row["reason"]),
        slot=instant_of(row["slot"]),
        last_slot=instant_of(row["last_slot"]),
        count=row["count"],
        detail=row["detail"],
    )


@_reads("requests", "request_id")
def request_of(row: Columns) -> Request:
    return Request(
        request_id=row["request_id"],
        task=row["task"],
        requested_at=instant_of(row["requested_at"]),
        args=mapping_of(row["args"]),
        log_level=_level(row["log_level"]),
        as_of=instant_or_none(row["as_of"]),
        requested_by=row["requested_by"],
    )


@_reads("requests", "request_id")
def request_row_of(row: Columns) -> RequestRow:
    return RequestRow(
        request_id=row["request_id"],
        task=row["task"],
        requested_at=instant_of(row["requested_at"]),
        args=mapping_of(row["args"]),
        log_level=_level(row["log_level"]),
        as_of=instant_or_none(row["as_of"]),
        requested_by=row["requested_by"],
        run_id=row["run_id"],
        started_at=instant_or_none(row["started_at"]),
        cancelled_at=instant_or_none(row["cancelled_at"]),
        cancelled_by=row["cancelled_by"],
    )


@_reads("log_records", "id")
def log_of(row: Columns) -> LogRow:
    return LogRow(
        row["id"], row["run_id"], row["task"], instant_of(row["time"]), row["level"], row["logger"], row["text"]
    )


@_reads("edits", "id")
def edit_of(row: Columns) -> Edit:
    return Edit(row["id"], instant_of(row["at"]), row["who"], row["task"], row["action"], mapping_of(row["detail"]))


@_reads("overrides", "task")
def override_of(row: Columns) -> Override:
    return Override(json.loads(row["value"]), row["who"], instant_of(row["at"]))


@_reads("discovered", "id")
def discovered_of(row: Columns) -> Discovered:
    return Discovered(row["module"], row["name"], row["func"], mapping_of(row["options"]))


@_reads("runners", "id")
def runner_of(row: Columns) -> RunnerRow:
    return RunnerRow(
        id=row["id"],
        site=row["site"],
        pid=row["pid"],
        pid_started=row["pid_started"],
        host=row["host"],
        boot_id=row["boot_id"],
        version=row["version"],
        started=instant_of(row["started"]),
        heartbeat=instant_of(row["heartbeat"]),
        stopped=instant_or_none(row["stopped"]),
    )


def _outcome(text: str | None) -> Outcome | None:
    return None if text is None else Outcome(text)


def _level(text: str | None) -> LogLevel | None:
    return None if text is None else LogLevel(text)


def _progress(text: str | None) -> tuple[float, float | None, str] | None:
    if text is None:
        return None
    done, total, words = json.loads(text)
    numbers = [float(number) for number in (done, 0 if total is None else total)]
    if not all(map(math.isfinite, numbers)):
        raise ValueError(f"the progress {text!r:.40} is no number")
    return numbers[0], None if total is None else numbers[1], str(words)
