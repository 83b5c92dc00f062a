"""Who should have succeeded by now (`expect`): told once when it is so, and once when it is no longer."""

from __future__ import annotations

from datetime import datetime

from linodctl import events
from linodctl.planning import Scheduler
from linodctl.runner.loader import Tell


class Overdue:
    """Remembers whom it has told of."""

    def __init__(self, tell: Tell) -> None:
        self._tell = tell
        self._told: set[str] = set()

    def look(self, scheduler: Scheduler, now: datetime) -> None:
        overdue = scheduler.outlook.overdue(now)
        for name in sorted(overdue.keys() - self._told):
            self._tell(events.TaskOverdue(name, overdue[name]))
        for name in sorted(self._told - overdue.keys()):
            self._tell(events.TaskInTime(name))
        self._told = set(overdue)
