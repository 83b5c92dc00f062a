"""Room: how many runs the site, and each named limit, lets run at the same time."""

from __future__ import annotations

from collections.abc import Mapping

from linodctl.domain import Task
from linodctl.planning.decisions import Start

SITE_LIMIT = "max_parallel"
"""The limit that every task uses."""


class Room:
    """Holds what runs against `max_parallel` and the named `limits`."""

    def __init__(self, max_parallel: int, limits: Mapping[str, int]) -> None:
        self.max_parallel = max_parallel
        self.limits = dict(limits)
        self._runs: dict[int, Start] = {}
        self._used: dict[str, int] = {}

    def any(self) -> bool:
        """Whether one more run of whatever task may start."""
        return self.left() > 0

    def left(self) -> int:
        """How many more runs may start, as far as `max_parallel` goes."""
        return max(0, self.max_parallel - len(self._runs))

    def lacks(self, task: Task) -> str | None:
        """The name of the first full limit that `task` uses, `max_parallel` among them; None if there is room."""
        if not self.any():
            return SITE_LIMIT
        return next((name for name in task.policy.use if self._is_full(name)), None)

    def size(self, name: str) -> int:
        """How many runs the limit of this name lets run at the same time."""
        return self.max_parallel if name == SITE_LIMIT else self.limits.get(name, self.max_parallel)

    def holders(self, name: str) -> list[Start]:
        """The runs that fill the limit of this name, oldest first."""
        return [run for run in self._runs.values() if name == SITE_LIMIT or name in run.task.policy.use]

    def take(self, run: Start) -> None:
        self._runs[run.ticket] = run
        for name in run.task.policy.use:
            self._used[name] = self._used.get(name, 0) + 1

    def give(self, ticket: int) -> Start:
        """The run of this ticket has ended. KeyError if it isn't here."""
        run = self._runs.pop(ticket)
        for name in run.task.policy.use:
            self._used[name] -= 1
        return run

    def resize(self, max_parallel: int, limits: Mapping[str, int]) -> None:
        """Obey new numbers from now on; what runs keeps its place."""
        self.max_parallel = max_parallel
        self.limits = dict(limits)

    def _is_full(self, name: str) -> bool:
        return self._used.get(name, 0) >= self.limits.get(name, self.max_parallel)
