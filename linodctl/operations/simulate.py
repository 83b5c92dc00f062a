"""`simulate`: what a runner that starts at some instant would do, found out without running or writing anything."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from linodctl.errors import UsageError
from linodctl.operations.names import select
from linodctl.planning.simulation import Down, Grid, Report, Scenario, opening_states, simulate
from linodctl.planning.trends import usual_of_each
from linodctl.values import Value, replace

if TYPE_CHECKING:
    from linodctl.domain import Task
    from linodctl.operations.site import Site
    from linodctl.store.reading import Reader

DAY = timedelta(days=1)
LONGEST = timedelta(days=366)
"""A run that is modelled takes no longer."""


class Wanted(Value):
    """What is asked of a simulation. All instants are aware UTC."""

    names: Sequence[str] = ()
    """Which tasks are played: names, globs or tags; all without any."""
    start: datetime | None = None
    """None: now, with everything that is owed, waits or is requested at present."""
    end: datetime | None = None
    """None: a day after the start."""
    durations: Sequence[tuple[str, timedelta]] = ()
    """Name, glob or tag, and how long those tasks' runs take; later ones win."""
    downs: Sequence[Down] = ()


class Plan(Value):
    """A scenario, and where its durations come from."""

    scenario: Scenario
    measured: frozenset[str]
    """Tasks whose duration is what their latest good runs usually took."""
    given: frozenset[str]
    """Tasks whose duration was said."""

    def play(self, *, keep: int, grid: Grid | None = None, watch: Callable[[datetime], None]) -> Report:
        return simulate(self.scenario, keep=keep, grid=grid, watch=watch)

    def source(self, task: str) -> str:
        """Where the task's duration comes from: `given`, `history`, or `assumed`."""
        return "given" if task in self.given else "history" if task in self.measured else "assumed"


def plan(site: Site, wanted: Wanted) -> Plan:
    """Set the scene. UnknownName if a name means no task, UsageError if the span isn't one."""
    tasks = select(site.loaded.tasks, wanted.names)
    given = _given(site.loaded.tasks, wanted.durations)
    now = site.now()
    start = wanted.start or now
    end = wanted.end or start + DAY
    if end <= start:
        raise UsageError(f"the span must end later than it starts: {_words(end)} is not after {_words(start)}")
    with site.reading() as reader, reader.snapshot():
        measured = _measured(tasks, reader)
        scenario = Scenario(
            tasks=tasks,
            states=reader.states([task.name for task in tasks]),
            start=start,
            end=end,
            max_parallel=site.loaded.max_parallel,
            limits=site.loaded.limits,
            durations={**measured, **given},
            downs=wanted.downs,
        )
        scenario = _going_on(scenario, reader, now) if wanted.start is None else _starting_then(scenario)
    return Plan(scenario, frozenset(measured), frozenset(given))


def _going_on(scenario: Scenario, reader: Reader, now: datetime) -> Scenario:
    """From the present: what waits and is requested starts, what came due while no runner was alive is caught up on."""
    from linodctl.runner.recovery import look_back

    unseen = [task for task in scenario.tasks if task.name not in scenario.states]
    return replace(
        scenario,
        states={**scenario.states, **opening_states(unseen, {}, scenario.start)},
        requests=reader.requests(),
        absence=look_back(reader).absence_until(now),
    )


def _starting_then(scenario: Scenario) -> Scenario:
    return replace(scenario, states=opening_states(scenario.tasks, scenario.states, scenario.start))


def _given(tasks: Sequence[Task], durations: Sequence[tuple[str, timedelta]]) -> dict[str, timedelta]:
    found: dict[str, timedelta] = {}
    for name, duration in durations:
        if duration > LONGEST:
            raise UsageError(f"the duration of {name} must be at most {LONGEST.days} days")
        found.update({task.name: duration for task in select(tasks, [name])})
    return found


def _measured(tasks: Sequence[Task], reader: Reader) -> dict[str, timedelta]:
    """However few runs there were, they are the best guess."""
    return usual_of_each(reader.lately([task.name for task in tasks]), enough=1)


def _words(instant: datetime) -> str:
    return instant.isoformat(" ", "seconds")
