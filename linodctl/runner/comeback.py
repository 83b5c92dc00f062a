"""What a new runner tells of the time before it: how long nobody was there, which runs were lost, and what becomes of
the slots of that time.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any

from linodctl import events
from linodctl.domain import Pending, SkipReason, Task, TaskState, Trigger
from linodctl.planning import Decision, Skip, Start
from linodctl.runner.recovery import Legacy

RECOVERY = "recovery"
"""The note that keeps it for `status`; null where the runner is the first one."""

INSTANT = timedelta(microseconds=1)
GIVEN_UP = frozenset({SkipReason.RUNNER_DOWN, SkipReason.MISSED, SkipReason.SUPERSEDED})


def came_back(
    legacy: Legacy,
    now: datetime,
    decisions: Iterable[Decision],
    states: Iterable[TaskState],
    tasks: Mapping[str, Task],
) -> events.CameBack | None:
    """The story, from what the first tick decided and left waiting; None for a site's first runner."""
    if legacy.last_seen is None:
        return None
    caught_up: Counter[str] = Counter()
    skipped: Counter[str] = Counter()
    for decision in decisions:
        match decision:
            case Start(trigger=Trigger.CATCH_UP):
                caught_up[decision.task.name] += 1
            case Skip(reason=reason) if reason in GIVEN_UP:
                skipped[decision.task] += decision.count
    for state in states:
        for item in state.pending:
            if item.trigger is Trigger.CATCH_UP and state.name in tasks:
                caught_up[state.name] += _slots_of(item, tasks[state.name], state)
    return events.CameBack(
        since=min(legacy.last_seen, now),
        until=now,
        unclean=legacy.unclean,
        lost=tuple((run.run_id, run.task) for run in legacy.open_runs),
        caught_up=dict(caught_up),
        skipped=dict(skipped),
    )


def note_of(story: events.CameBack | None) -> dict[str, Any] | None:
    """The story in JSON's types."""
    if story is None:
        return None
    return {
        "since": story.since.isoformat(),
        "until": story.until.isoformat(),
        "unclean": story.unclean,
        "lost": [{"run_id": run_id, "task": task} for run_id, task in story.lost],
        "caught_up": dict(story.caught_up),
        "skipped": dict(story.skipped),
    }


def _slots_of(item: Pending, task: Task, state: TaskState) -> int:
    """How many slots a waiting start stands for."""
    if item.until is None:
        return 1
    span = task.recurrence.summary(item.slot - INSTANT, item.until, state.anchor or item.slot)
    return span.count if span is not None else 0
