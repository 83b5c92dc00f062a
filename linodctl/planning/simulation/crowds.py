"""Crowds: tasks whose slots fall on the same instant and have to wait for each other, and what `spread` would help."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass, field, replace  # noqa: TID251 - a crowd grows, so it is no Value
from datetime import datetime, timedelta

from linodctl.domain import Task, Trigger
from linodctl.planning.simulation.scenario import Scenario
from linodctl.planning.simulation.stage import PlayedRun

LATE = timedelta(seconds=1)
"""A start that had to wait for so long suffers."""
OPEN = 100
"""Instants of which starts may still come."""
KINDS = 200
"""Different crowds that are told apart."""
SHOWN = 3
ZERO = timedelta(0)
SPREADS = tuple(timedelta(seconds=s) for s in (10, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14400))


@dataclass(slots=True)
class Instant:
    """The starts for one slot instant so far."""

    tasks: list[Task] = field(default_factory=list)
    late: list[Task] = field(default_factory=list)
    lateness: timedelta = ZERO


@dataclass(slots=True)
class Crowd:
    """The same tasks, due together again and again."""

    tasks: tuple[Task, ...]
    room: int
    """How many of them may run at once."""
    limit: str
    """What says so: `max_parallel`, or a named limit."""
    slot: datetime
    """The slot at which the wait was longest."""
    lateness: timedelta
    work: timedelta
    """How long all of them run, one after the other."""
    times: int = 1
    """How often they, or most of them, met."""
    gap: timedelta | None = None
    """The shortest time from one crowded slot of one of them to its next."""

    @property
    def spread(self) -> timedelta | None:
        """A `spread` in which they have twice the room they need; None if their work doesn't fit at all."""
        needed = self.work / self.room
        if self.gap is not None and needed > self.gap:
            return None
        wide = [spread for spread in SPREADS if self.gap is None or spread <= self.gap]
        return next((spread for spread in wide if spread >= 2 * needed), wide[-1] if wide else self.gap)


class Crowds:
    """Collects crowds while a scenario is played. What it remembers is bounded."""

    def __init__(self, scenario: Scenario) -> None:
        self._scenario = scenario
        self._open: OrderedDict[datetime, Instant] = OrderedDict()
        self._crowds: dict[tuple[str, ...], Crowd] = {}
        self._last_slot: dict[str, datetime] = {}
        self._gap: dict[str, timedelta] = {}

    def started(self, run: PlayedRun) -> None:
        """Only ordinary starts crowd: those after downtime are late because of it."""
        start = run.decision
        if start.trigger is not Trigger.SCHEDULE:
            return
        instant = self._open.get(start.scheduled_for)
        if instant is None:
            instant = self._open[start.scheduled_for] = Instant()
            if len(self._open) > OPEN:
                self._close(*self._open.popitem(last=False))
        instant.tasks.append(start.task)
        if run.start > start.scheduled_for and _waited_for_room(run):
            instant.late.append(start.task)
            instant.lateness = max(instant.lateness, run.lateness)

    def finished(self) -> None:
        while self._open:
            self._close(*self._open.popitem(last=False))

    def worst(self) -> list[Crowd]:
        """Those that waited longest. A crowd mostly of tasks that stand in a worse one is told with it."""
        found: list[Crowd] = []
        for crowd in sorted(self._crowds.values(), key=lambda crowd: (crowd.lateness, len(crowd.tasks)), reverse=True):
            names = {task.name for task in crowd.tasks}
            worse = next((other for other in found if 2 * len(names & _names(other)) >= len(names)), None)
            if worse is not None:
                worse.times += crowd.times
            elif len(found) < SHOWN:
                gaps = [self._gap[name] for name in names if name in self._gap]
                found.append(replace(crowd, gap=min(gaps, default=None)))
        return found

    def _close(self, slot: datetime, instant: Instant) -> None:
        """No more starts are expected for this slot: was it a crowd?"""
        if len(instant.tasks) < 2 or (instant.lateness < LATE and len(instant.tasks) <= self._scenario.max_parallel):
            return
        tasks, limit = self._who_shares(instant)
        if len(tasks) < 2:
            return
        for task in tasks:
            self._measure_gap(task.name, slot)
        self._remember(slot, instant, tasks, limit)

    def _who_shares(self, instant: Instant) -> tuple[Sequence[Task], str]:
        """The tasks that compete, and for what: all of them for `max_parallel`, or some for a named limit."""
        if len(instant.tasks) > self._scenario.max_parallel:
            return instant.tasks, "max_parallel"
        wanted = {name for task in instant.late for name in task.policy.use if name in self._scenario.limits}
        if not wanted:
            return instant.tasks, "max_parallel"
        limit = min(wanted, key=lambda name: (self._scenario.limits[name], name))
        return [task for task in instant.tasks if limit in task.policy.use], limit

    def _measure_gap(self, name: str, slot: datetime) -> None:
        before = self._last_slot.get(name)
        self._last_slot[name] = slot
        if before is not None and before < slot:
            self._gap[name] = min(slot - before, self._gap.get(name, slot - before))

    def _remember(self, slot: datetime, instant: Instant, tasks: Sequence[Task], limit: str) -> None:
        key = tuple(sorted(task.name for task in tasks))
        crowd = self._crowds.get(key)
        if crowd is not None:
            crowd.times += 1
            if instant.lateness > crowd.lateness:
                crowd.slot, crowd.lateness = slot, instant.lateness
        elif len(self._crowds) < KINDS:
            self._crowds[key] = self._crowd(slot, instant, tasks, limit)

    def _crowd(self, slot: datetime, instant: Instant, tasks: Sequence[Task], limit: str) -> Crowd:
        scenario = self._scenario
        room = scenario.max_parallel
        if limit in scenario.limits:
            room = min(room, scenario.limits[limit])
        work = sum((scenario.duration(task.name) for task in tasks), ZERO)
        in_order = tuple(sorted(tasks, key=lambda task: task.number))
        return Crowd(in_order, room, limit, slot, instant.lateness, work)


def _names(crowd: Crowd) -> set[str]:
    return {task.name for task in crowd.tasks}


def _waited_for_room(run: PlayedRun) -> bool:
    """Whether others were in the way: not the task's own earlier run, and none that it is meant to run after."""
    start = run.decision
    own = start.before.last_end_time if start.before else None
    return not start.task.policy.run_after and (own is None or own <= start.scheduled_for)
