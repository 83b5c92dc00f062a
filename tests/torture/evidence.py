"""What the audit has to go by: the state file as the last runner left it, the journal, and what was asked for."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from itertools import zip_longest

from linodctl.domain import Run, SkipRow, Task, TaskState
from linodctl.operations.site import Site
from linodctl.recurrence import Recurrence, parse_recurrence
from linodctl.store import open_reader
from linodctl.store.reading import Edit

from .arena import RULES, Arena
from .journal import Entry

ZONE = "Europe/Tallinn"
"""The site's."""


@dataclass(frozen=True)
class Era:
    """A span for which it is certain which rule a task had: later than `since`, up to `until`."""

    since: datetime
    until: datetime
    recurrence: Recurrence | None
    """None: the task was not declared."""


@dataclass(frozen=True)
class Evidence:
    """Read once, when nobody writes any more."""

    tasks: Sequence[Task]
    runs: Sequence[Run]
    """Oldest first."""
    skips: Sequence[SkipRow]
    states: Mapping[str, TaskState]
    waiting: Sequence[int]
    """Ids of requests that have neither been started nor withdrawn."""
    edits: Sequence[Edit]
    journal: Sequence[Entry]
    eras: Mapping[str, Sequence[Era]]
    """Of the tasks whose rule was changed."""
    stopped: datetime
    """When the last runner was asked to stop."""

    @classmethod
    def of(cls, arena: Arena, stopped: datetime) -> Evidence:
        site = Site([str(arena.config)], clock=arena.clock, environ=arena.env)
        with open_reader(arena.state) as reader:
            rows = reader.history()
            return cls(
                tasks=site.loaded.tasks,
                runs=sorted((row for row in rows if isinstance(row, Run)), key=lambda run: run.run_id),
                skips=[row for row in rows if isinstance(row, SkipRow)],
                states=reader.states(),
                waiting=[request.request_id for request in reader.requests()],
                edits=reader.edits(),
                journal=arena.journal.entries(),
                eras=_eras(arena, stopped),
                stopped=stopped,
            )

    @cached_property
    def runs_of(self) -> Mapping[str, list[Run]]:
        found: dict[str, list[Run]] = defaultdict(list)
        for run in self.runs:
            found[run.task].append(run)
        return found

    @cached_property
    def skips_of(self) -> Mapping[str, list[SkipRow]]:
        found: dict[str, list[SkipRow]] = defaultdict(list)
        for skip in self.skips:
            found[skip.task].append(skip)
        return found

    def told(self, what: str) -> list[Entry]:
        return [entry for entry in self.journal if entry.what == what]


def _eras(arena: Arena, stopped: datetime) -> Mapping[str, Sequence[Era]]:
    """From a runner's first word that a version is in force, to what was settled when the next one was written."""
    rules = {text: parse_recurrence({"cron": text}, name="any", zone=ZONE) for text in RULES}
    in_force: dict[str, datetime] = {}
    for note in arena.journal.entries():
        if note.what == "config":
            in_force.setdefault(note.generation, note.instant("at"))
    eras: dict[str, list[Era]] = {"changing": [], "guest": []}
    for generation, following in zip_longest(arena.generations, arena.generations[1:]):
        since = in_force.get(str(generation.number))
        if since is None:
            continue  # the next one came before it was read
        declared = {"changing": rules[generation.changing], "guest": rules[RULES[0]] if generation.guest else None}
        for name, recurrence in declared.items():
            if following is None:
                until = stopped
            elif recurrence is None:
                until = following.written
            else:
                until = following.settled.get(name, since)
            eras[name].append(Era(since, until, recurrence))
    return eras
