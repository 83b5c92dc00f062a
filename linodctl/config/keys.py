"""The options of a task by group, as plain names; a test holds them against the models.

They are here once more so that a cached configuration can be used without importing pydantic.
"""

from __future__ import annotations

NAME = r"[A-Za-z0-9][A-Za-z0-9_.-]{0,99}"
"""What fits names of procedures, tasks, limits, calendars and tags."""

WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")

RULES = ("every", "cron", "rrule")
"""One of them makes a recurrence; they exclude each other."""
LINO_RULES = ("every_unit", *WEEKDAYS, "positions")
"""Lino's fields, which belong to `every` and can also stand without it."""
AROUND = (
    "start_date",
    "end_date",
    "start_time",
    "end_time",
    "max_events",
    "timezone",
    "from",
    "until",
    "count",
    "between",
    "on",
    "except",
    "spread",
    "after",
)
RECURRENCE = (*RULES, *LINO_RULES, *AROUND)
"""Whoever overrides one of them replaces them all."""

POLICY = (
    "missed",
    "missed_window",
    "tolerance",
    "overlap",
    "on_lost",
    "disable_after",
    "retry_disabled_after",
    "retries",
    "run_after",
    "use",
    "expect",
)
LAUNCH = (
    "timeout",
    "grace",
    "isolation",
    "reuse",
    "args",
    "env",
    "cwd",
    "nice",
    "memory_limit",
    "user",
)
WORDS = ("description", "log_level", "tags", "disabled", "ping")

TASK_OPTIONS = (*RECURRENCE, *POLICY, *LAUNCH, *WORDS)

CODE = ("setup", "preload", "discover")
"""Options of the whole site that name code."""
CHECKED_LATER = (*CODE, "notify", "metrics")
"""Options of the whole site of which more can be wrong than their files tell."""
