"""From rows to values: one function per table."""

from __future__ import annotations

import json
import sqlite3

from linodctl.domain import LogLevel, Outcome, Request, Run, SkipReason, SkipRow, TaskState, Trigger
from linodctl.store.columns import instant_of, instant_or_none, pending_of, value_of
from linodctl.store.rows import Discovered, Edit, LogRow, Override, RequestRow, RunnerRow


def state_of(row: sqlite3.Row) -> TaskState:
    return TaskState(
        name=row["name"],
        first_seen=instant_or_none(row["first_seen"]),
        anchor=instant_or_none(row["anchor"]),
        settled=instant_or_none(row["settled"]),
        pending=pending_of(row["pending"]),
        recurrence=row["recurrence"],
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
        memory=value_of(row["memory"]),
    )


def run_of(row: sqlite3.Row) -> Run:
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


def skip_of(row: sqlite3.Row) -> SkipRow:
    return SkipRow(
        skip_id=row["skip_id"],
        task=row["task"],
        reason=SkipReason(row["reason"]),
        slot=instant_of(row["slot"]),
        last_slot=instant_of(row["last_slot"]),
        count=row["count"],
        detail=row["detail"],
    )


def request_of(row: sqlite3.Row) -> Request:
    return Request(
        request_id=row["request_id"],
        task=row["task"],
        requested_at=instant_of(row["requested_at"]),
        args=value_of(row["args"]),
        log_level=_level(row["log_level"]),
        as_of=instant_or_none(row["as_of"]),
        requested_by=row["requested_by"],
    )


def request_row_of(row: sqlite3.Row) -> RequestRow:
    return RequestRow(
        request_id=row["request_id"],
        task=row["task"],
        requested_at=instant_of(row["requested_at"]),
        args=value_of(row["args"]),
        log_level=_level(row["log_level"]),
        as_of=instant_or_none(row["as_of"]),
        requested_by=row["requested_by"],
        run_id=row["run_id"],
        started_at=instant_or_none(row["started_at"]),
        cancelled_at=instant_or_none(row["cancelled_at"]),
        cancelled_by=row["cancelled_by"],
    )


def log_of(row: sqlite3.Row) -> LogRow:
    return LogRow(
        row["id"], row["run_id"], row["task"], instant_of(row["time"]), row["level"], row["logger"], row["text"]
    )


def edit_of(row: sqlite3.Row) -> Edit:
    return Edit(row["id"], instant_of(row["at"]), row["who"], row["task"], row["action"], json.loads(row["detail"]))


def override_of(row: sqlite3.Row) -> Override:
    return Override(json.loads(row["value"]), row["who"], instant_of(row["at"]))


def discovered_of(row: sqlite3.Row) -> Discovered:
    return Discovered(row["module"], row["name"], row["func"], json.loads(row["options"]))


def runner_of(row: sqlite3.Row) -> RunnerRow:
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


def _progress(text: str | None) -> tuple[float, float, str] | None:
    if text is None:
        return None
    done, total, words = json.loads(text)
    return done, total, words
