"""Which tasks a scheduler is given, and when each is due."""

from __future__ import annotations

import time
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Plan:
    """`tasks` tasks: the first `due` of them every second, at the full second or spread over it; the others hourly.

    An hourly task is due at minute `far`, when nobody is looking any more. `folder` is the scheduler's own.
    """

    folder: str
    tasks: int
    due: int
    spread: bool
    far: int

    @classmethod
    def of(cls, folder: object, tasks: int, due: int, *, spread: bool = False) -> Plan:
        return cls(str(folder), tasks, due, spread, (time.localtime().tm_min + 30) % 60)

    def phase(self, task: int) -> float:
        """How far behind the full second this task is due."""
        return task / self.due if self.spread else 0.0
