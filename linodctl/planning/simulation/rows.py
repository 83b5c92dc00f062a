"""The first runs and skips of a played scenario, as `history` would have them: streaks of skips share a row."""

from __future__ import annotations

from datetime import datetime

from linodctl.planning.decisions import Skip
from linodctl.planning.simulation.stage import PlayedRun
from linodctl.values import replace


class Rows:
    """Keeps the first `limit` runs and the first `limit` streaks of skips."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self.runs: list[PlayedRun] = []
        self.skips: list[Skip] = []
        self._latest: dict[str, int] = {}
        """Where in `skips` each task's latest streak is; -1 if it came too late to be kept."""
        self._last_run: dict[str, datetime] = {}

    def add_run(self, run: PlayedRun) -> None:
        if len(self.runs) < self._limit:
            self.runs.append(run)
        if run.decision.slot is not None:
            self._last_run[run.task] = run.decision.slot

    def add_skip(self, skip: Skip) -> None:
        place = self._latest.get(skip.task)
        if place is not None and place < 0:
            return  # what continues it isn't kept either
        if place is not None and self._continues(self.skips[place], skip):
            streak = self.skips[place]
            count = streak.count + skip.count
            self.skips[place] = replace(streak, last_slot=skip.last_slot, count=count, detail=skip.detail)
        elif len(self.skips) < self._limit:
            self._latest[skip.task] = len(self.skips)
            self.skips.append(skip)
        else:
            self._latest[skip.task] = -1

    def _continues(self, streak: Skip, skip: Skip) -> bool:
        """Same reason, and no run of the task between them: the rule of `store.streaks`."""
        if streak.reason is not skip.reason or streak.last_slot >= skip.slot:
            return False
        run = self._last_run.get(skip.task)
        return run is None or not streak.last_slot < run < skip.slot
