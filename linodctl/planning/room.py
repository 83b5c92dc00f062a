"""Room: how many runs the site, and each named limit, lets run at the same time."""

from __future__ import annotations

from collections.abc import Mapping

from linodctl.domain import Task


class Room:
    """Counts what runs against `max_parallel` and the named `limits`."""

    def __init__(self, max_parallel: int, limits: Mapping[str, int]) -> None:
        self.max_parallel = max_parallel
        self.limits = dict(limits)
        self.running = 0
        self.used: dict[str, int] = {}

    def any(self) -> bool:
        """Whether one more run of whatever task may start."""
        return self.running < self.max_parallel

    def lacks(self, task: Task) -> str | None:
        """The name of the first full limit that `task` uses, `max_parallel` among them; None if there is room."""
        if not self.any():
            return "max_parallel"
        return next((name for name in task.policy.use if self._is_full(name)), None)

    def take(self, task: Task) -> None:
        self.running += 1
        for name in task.policy.use:
            self.used[name] = self.used.get(name, 0) + 1

    def give(self, task: Task) -> None:
        self.running -= 1
        for name in task.policy.use:
            self.used[name] -= 1

    def resize(self, max_parallel: int, limits: Mapping[str, int]) -> None:
        """Obey new numbers from now on; what runs keeps its place."""
        self.max_parallel = max_parallel
        self.limits = dict(limits)

    def _is_full(self, name: str) -> bool:
        return self.used.get(name, 0) >= self.limits.get(name, self.max_parallel)
