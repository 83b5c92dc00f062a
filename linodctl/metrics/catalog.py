"""Every metric there is: its name by Prometheus' conventions, its type, labels and meaning; docs/metrics.md lists them.

Names and labels are what dashboards and alert rules are built on: they may grow, none changes meaning. Every metric has
the label `site` besides, so that the files of several sites can lie in one folder of the node exporter.
"""

from __future__ import annotations

from typing import Literal

from linodctl.values import Value

Kind = Literal["counter", "gauge", "histogram", "summary"]


class Family(Value):
    """One metric with all its label values."""

    name: str
    kind: Kind
    labels: tuple[str, ...]
    """Without `site`."""
    help: str


TASK = ("task",)

BUILD = Family("linodctl_build_info", "gauge", ("version",), "The version of linodctl that tells this; always 1.")
UP = Family("linodctl_runner_up", "gauge", (), "1 if a runner is alive, else 0.")
STARTED = Family("linodctl_runner_start_timestamp_seconds", "gauge", (), "When the latest runner started.")
HEARTBEAT = Family(
    "linodctl_runner_heartbeat_timestamp_seconds",
    "gauge",
    (),
    "The latest sign of life that the runner wrote to the state file; it writes one every 30 seconds.",
)
CONFIG = Family(
    "linodctl_config_last_reload_successful",
    "gauge",
    (),
    "0 if the config had problems when it was reloaded last, so that the one before it goes on.",
)
TASKS = Family("linodctl_tasks", "gauge", (), "How many tasks are declared.")

RUNS = Family(
    "linodctl_runs_total",
    "counter",
    ("task", "outcome"),
    "Runs that ended, by outcome, since the site began: restarts and pruning of the history take nothing from it.",
)
DURATION = Family(
    "linodctl_run_duration_seconds",
    "summary",
    TASK,
    "Time that ended runs took, whatever their outcome but lost.",
)
SKIPPED = Family(
    "linodctl_skipped_slots_total",
    "counter",
    ("task", "reason"),
    "Slots that were not run, by reason; a reason that a task never met is not there.",
)
LATENESS = Family(
    "linodctl_run_lateness_seconds",
    "histogram",
    (),
    "How long after their slots first runs started, of all tasks together.",
)

RUNNING = Family("linodctl_task_running_runs", "gauge", TASK, "Runs that go on.")
REQUESTS = Family("linodctl_task_waiting_requests", "gauge", TASK, "Requests that wait to be started.")
WAITING = Family(
    "linodctl_task_waiting_starts",
    "gauge",
    TASK,
    "Slots, retries and probation runs that are owed and wait: for room, for another run, or for their time.",
)
DISABLED = Family(
    "linodctl_task_disabled", "gauge", TASK, "1 if it is disabled, by failures, by somebody or by its declaration."
)
FAILURES = Family("linodctl_task_consecutive_failures", "gauge", TASK, "Failed runs in a row.")
OVERDUE = Family("linodctl_task_overdue", "gauge", TASK, "1 if it had no success within its `expect`; only with one.")
LAST_SUCCESS = Family(
    "linodctl_task_last_success_timestamp_seconds", "gauge", TASK, "When its latest good run ended, if one did."
)
LAST_START = Family(
    "linodctl_task_last_start_timestamp_seconds", "gauge", TASK, "When its latest run started, if one did."
)
NEXT_START = Family(
    "linodctl_task_next_start_timestamp_seconds",
    "gauge",
    TASK,
    "When it starts next by itself, if it does; in the past while it waits.",
)
LAST_DURATION = Family("linodctl_task_last_duration_seconds", "gauge", TASK, "How long its latest ended run took.")
USUAL_DURATION = Family(
    "linodctl_task_usual_duration_seconds",
    "gauge",
    TASK,
    "The median of the good ones among its latest 15 runs, if they are five at least.",
)

FAMILIES = (
    BUILD,
    UP,
    STARTED,
    HEARTBEAT,
    CONFIG,
    TASKS,
    RUNS,
    DURATION,
    SKIPPED,
    LATENESS,
    RUNNING,
    REQUESTS,
    WAITING,
    DISABLED,
    FAILURES,
    OVERDUE,
    LAST_SUCCESS,
    LAST_START,
    NEXT_START,
    LAST_DURATION,
    USUAL_DURATION,
)
"""In the order in which they are told."""


def as_markdown() -> str:
    """A table of all, for the docs."""
    rows = [
        f"| `{each.name}` | {each.kind} | {', '.join(f'`{label}`' for label in each.labels)} | {each.help} |"
        for each in FAMILIES
    ]
    return "\n".join(["| metric | type | labels | meaning |", "|---|---|---|---|", *rows, ""])
