"""The JSON shapes of the contract: from what the store has to what `--json` prints."""

from __future__ import annotations

from datetime import datetime, timedelta, tzinfo
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from linodctl.domain import LogLevel, Procedure, Request, Run, SkipRow
from linodctl.masking import known

if TYPE_CHECKING:
    from linodctl.operations.health import Health
    from linodctl.operations.lists import TaskLine
    from linodctl.operations.service import Unit
    from linodctl.operations.show import Option, TaskInFull
    from linodctl.operations.status import SiteStatus
    from linodctl.operations.upcoming import Upcoming
    from linodctl.store.reading import LogRow

Shape = dict[str, Any]

_ONLY_RUNS = (
    "run_id",
    "procedure",
    "trigger",
    "start_time",
    "end_time",
    "duration",
    "error",
    "attempt",
    "log_level",
    "exit_code",
    "signal",
    "cpu_seconds",
    "max_rss",
    "host",
    "message",
)
"""Keys of a run that a skip hasn't."""


def stamp(instant: datetime | None, zone: tzinfo | None = None) -> str | None:
    """ISO 8601 with offset: in `zone` if given, else in UTC."""
    if instant is None:
        return None
    return (instant if zone is None else instant.astimezone(zone)).isoformat()


def seconds(span: timedelta | None) -> float | None:
    return None if span is None else span.total_seconds()


def task_shape(line: TaskLine) -> Shape:
    task, state, status = line.task, line.state, line.status
    return {
        "no": task.number,
        "name": task.name,
        "procedure": task.procedure,
        "recurrence": task.recurrence.text,
        "log_level": task.log_level.value,
        "disabled": status.disabled,
        "disabled_reason": status.disabled_reason,
        "state": status.state,
        "status": status.text,
        "last_start_time": stamp(state.last_start_time) if state else None,
        "last_end_time": stamp(state.last_end_time) if state else None,
        "last_outcome": state.last_outcome.value if state and state.last_outcome else None,
        "next_time": stamp(status.next_time),
        "overdue_since": stamp(status.overdue_since),
        "timezone": task.recurrence.zone,
        "trend": [outcome.value for outcome in line.trend.outcomes],
        "last_duration": seconds(line.trend.last),
        "usual_duration": seconds(line.trend.usual),
        "warnings": list(line.warnings),
    }


def procedure_shape(procedure: Procedure) -> Shape:
    return {
        "name": procedure.name,
        "func": procedure.func,
        "description": procedure.description,
        "recurrence": procedure.recurrence.text,
        "log_level": procedure.log_level.value,
    }


def level_shape(level: LogLevel) -> Shape:
    return {"value": level.value, "text": level.value.capitalize(), "number": level.number, "use": level.use}


def history_shape(row: Run | SkipRow) -> Shape:
    return run_shape(row) if isinstance(row, Run) else _skip_shape(row)


def run_shape(run: Run) -> Shape:
    duration = (run.end_time - run.start_time).total_seconds() if run.end_time else None
    return {
        "run_id": run.run_id,
        "task": run.task,
        "procedure": run.procedure,
        "trigger": run.trigger.value,
        "scheduled_for": stamp(run.scheduled_for),
        "start_time": stamp(run.start_time),
        "end_time": stamp(run.end_time),
        "duration": duration,
        "outcome": run.outcome.value if run.outcome else None,
        "reason": run.reason,
        "error": run.error,
        "attempt": run.attempt,
        "log_level": run.log_level.value,
        "exit_code": run.exit_code,
        "signal": run.signal,
        "cpu_seconds": run.cpu_seconds,
        "max_rss": run.max_rss,
        "host": run.host,
        "message": run.message,
    }


def _skip_shape(row: SkipRow) -> Shape:
    """The keys of a run, so that scripts read both alike; what a skip hasn't is null."""
    return {
        **dict.fromkeys(_ONLY_RUNS),
        "task": row.task,
        "outcome": "skipped",
        "reason": row.reason.value,
        "scheduled_for": stamp(row.slot),
        "last_slot": stamp(row.last_slot),
        "count": row.count,
        "detail": row.detail,
    }


def log_shape(row: LogRow) -> Shape:
    return {
        "run_id": row.run_id,
        "task": row.task,
        "time": stamp(row.time),
        "level": level_name(row.level),
        "logger": row.logger,
        "text": row.text,
    }


def upcoming_shape(slot: Upcoming) -> Shape:
    return {"task": slot.task, "time": stamp(slot.time, ZoneInfo(slot.zone)), "timezone": slot.zone}


def request_shape(request: Request) -> Shape:
    return {
        "request_id": request.request_id,
        "task": request.task,
        "requested_at": stamp(request.requested_at),
        "requested_by": request.requested_by,
        "args": known.value(request.args),
        "log_level": request.log_level.value if request.log_level else None,
        "as_of": stamp(request.as_of),
    }


def triggered_shape(request: Request, run: Run | None, *, withdrawn: bool = False) -> Shape:
    """What became of a request so far: `requested`, `running`, `ended`, or `withdrawn` before it started."""
    state = "withdrawn" if withdrawn else "requested" if run is None else "ended" if run.end_time else "running"
    return {
        "task": request.task,
        "request_id": request.request_id,
        "run_id": run.run_id if run else None,
        "state": state,
        "outcome": run.outcome.value if run and run.outcome else None,
    }


def status_shape(status: SiteStatus) -> Shape:
    return {
        "alive": status.alive,
        "pid": status.pid,
        "since": stamp(status.since),
        "version": status.version,
        "site": status.site,
        "last_seen": stamp(status.last_seen),
        "clean_end": status.clean_end,
        "config_error": status.config_error,
        "config_problems": status.config_problems,
        "config_changed": status.config_changed,
        "troubles": status.troubles,
        "recovery": status.recovery,
        "running": [
            {**run_shape(run), "usual_duration": seconds(status.usual.get(run.task))} for run in status.running
        ],
        "requested": [request_shape(request) for request in status.requested],
        "disabled": [task_shape(line) for line in status.disabled],
        "late": [task_shape(line) for line in status.late],
        "alerts": {
            "waiting": status.alerts.waiting,
            "given_up": status.alerts.given_up,
            "undelivered": [
                {"to": stuck.to, "since": stamp(stuck.since), "why": stuck.why} for stuck in status.alerts.stuck
            ],
        },
    }


def health_shape(health: Health) -> Shape:
    return {
        "healthy": health.is_well,
        "verdict": health.verdict.value,
        "text": health.text,
        "pid": health.pid,
        "heartbeat": stamp(health.heartbeat),
        "late": list(health.late),
    }


def unit_shape(unit: Unit) -> Shape:
    return {
        "path": str(unit.path),
        "unit": unit.text,
        "change": unit.change,
        "difference": list(unit.difference),
        "notes": list(unit.notes),
        "next": list(unit.commands),
    }


def show_shape(full: TaskInFull) -> Shape:
    """A task's line of `list`, and everything else."""
    task, state = full.line.task, full.line.state
    return {
        **task_shape(full.line),
        "description": task.description,
        "tags": list(task.tags),
        "failures": state.failures if state else 0,
        "last_success": stamp(state.last_success) if state else None,
        "disabled_until": stamp(state.disabled_until) if state else None,
        "options": [option_shape(option) for option in full.options],
        "running": [run_shape(run) for run in full.running],
        "requests": [request_shape(request) for request in full.requests],
        "recent": [history_shape(row) for row in full.recent],
        "next": [upcoming_shape(slot) for slot in full.slots],
        "failure": run_shape(full.failure) if full.failure else None,
    }


def option_shape(option: Option) -> Shape:
    return {"name": option.name, "value": option.value, "source": option.source}


def level_name(number: int) -> str:
    """The name of the highest level that `number` reaches."""
    names = [level.value for level in LogLevel if level.number <= number]
    return names[-1] if names else LogLevel.DEBUG.value
