"""Tasks, and what becomes of them run by run, for tests of alerts."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from linodctl.domain import Launch, Outcome, Policy, Result, Task, TaskState, Trigger
from linodctl.notify.standing import Standing, standing_of
from linodctl.planning import Start
from linodctl.planning.aftermath import conclude
from linodctl.recurrence import parse_recurrence
from linodctl.values import replace

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
SECOND, MINUTE, HOUR, DAY = timedelta(seconds=1), timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


def make_task(name: str = "a", tags: tuple[str, ...] = (), ping: str | None = None, **policy: Any) -> Task:
    recurrence = parse_recurrence({"every": "never"}, name=name, zone="Europe/Tallinn")
    return Task(1, name, name, recurrence, replace(Policy(), **policy), Launch("jobs.job"), tags=tags, ping=ping)


class Life:
    """A task whose runs end as told; a minute passes with each."""

    def __init__(self, **policy: Any) -> None:
        self.task = make_task(**policy)
        self.now = NOON
        self.state = TaskState("a", first_seen=NOON, anchor=NOON, settled=NOON)
        self.unrunnable = False
        self.enabled_at: datetime | None = None

    def run(self, outcome: str, trigger: Trigger = Trigger.SCHEDULE) -> Life:
        self.now += MINUTE
        start = Start(1, self.task, trigger, self.now, self.now)
        self.state = replace(self.state, last_start_time=self.now)
        self.state, _ = conclude(self.task, self.state, start, Result(Outcome(outcome)), self.now)
        return self

    def enable(self) -> Life:
        self.now += SECOND
        self.enabled_at = self.now
        self.state = replace(self.state, disabled=False, disabled_at=None, disabled_reason=None, failures=0, pending=())
        return self

    def probation(self, outcome: str) -> Life:
        return self.run(outcome, Trigger.PROBATION)

    @property
    def standing(self) -> Standing:
        return standing_of(self.task, self.state, self.unrunnable, self.now, self.enabled_at)
