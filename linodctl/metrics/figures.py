"""The figures of one site at one moment, from its state file and what is declared: a sample per metric and labels."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from linodctl import __version__
from linodctl.domain import Task
from linodctl.metrics import catalog
from linodctl.metrics.sample import Sample
from linodctl.metrics.task_figures import of_task, of_totals, of_trend
from linodctl.planning.status import status_of
from linodctl.planning.trends import NOTHING, trend_of
from linodctl.values import Value

if TYPE_CHECKING:
    from linodctl.domain import Request, Run
    from linodctl.store.reading import Reader
    from linodctl.store.rows import Totals

CONFIG_ERROR = "config_error"
"""The runner's note of the problems at its last reload."""


class Facts(Value):
    """What is declared, and what only the asker knows."""

    site: str
    tasks: Sequence[Task]
    alive: bool
    """Whether a runner holds the site."""


def figures(facts: Facts, reader: Reader, now: datetime) -> Iterator[Sample]:
    """All samples, those of a metric not always together. StateError if the state file can't be read."""
    with reader.snapshot():
        yield from _of_site(facts, reader)
        totals = reader.totals()
        yield from _of_lateness(totals)
        names = [task.name for task in facts.tasks]
        states, latest = reader.states(names), reader.lately(names)
        running, requests = _by_task(reader.running()), _by_task(reader.requests())
    for task in facts.tasks:
        state, runs, waiting = states.get(task.name), running[task.name], requests[task.name]
        status = status_of(task, state, runs, waiting, now)
        yield from of_task(task, state, status, len(runs), len(waiting))
        yield from of_trend(task.name, trend_of(latest.get(task.name, NOTHING)))
    yield from of_totals(names, totals)


def _of_site(facts: Facts, reader: Reader) -> Iterator[Sample]:
    runner = reader.runner()
    yield Sample(catalog.BUILD, (__version__,), 1)
    yield Sample(catalog.UP, (), facts.alive)
    if runner is not None:
        yield Sample(catalog.STARTED, (), runner.started.timestamp())
        yield Sample(catalog.HEARTBEAT, (), runner.heartbeat.timestamp())
    yield Sample(catalog.CONFIG, (), reader.note(CONFIG_ERROR) is None)
    yield Sample(catalog.TASKS, (), len(facts.tasks))


def _of_lateness(totals: Totals) -> Iterator[Sample]:
    """A bucket counts all starts up to its bound."""
    starts = 0
    for late in totals.late:
        starts += late.starts
        yield Sample(catalog.LATENESS, (), starts, "_bucket", late.within)
    yield Sample(catalog.LATENESS, (), starts, "_count")
    yield Sample(catalog.LATENESS, (), sum(late.seconds for late in totals.late), "_sum")


def _by_task(items: Sequence[Run] | Sequence[Request]) -> defaultdict[str, list[Any]]:
    found: defaultdict[str, list[Any]] = defaultdict(list)
    for item in items:
        found[item.task].append(item)
    return found
