"""What comes from outside the files: rows of decorated functions, and options set at run time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Protocol

from linodctl.config.nodes import Entry, Table, from_plain
from linodctl.config.problems import NOWHERE, Place, Problems


class Discovered(Protocol):
    """A decorated function that `discover` found."""

    @property
    def module(self) -> str: ...
    @property
    def name(self) -> str: ...
    @property
    def func(self) -> str: ...
    @property
    def options(self) -> Mapping[str, Any]: ...


class Override(Protocol):
    """An option that someone `set`."""

    @property
    def value(self) -> Any: ...
    @property
    def who(self) -> str: ...
    @property
    def at(self) -> datetime: ...


Overrides = Mapping[str, Mapping[str, Override]]


def table_of_discovered(rows: Sequence[Discovered], problems: Problems) -> Table:
    """The rows as a `procedures` section; a name that two functions claim is a problem."""
    entries: dict[str, Entry] = {}
    for row in rows:
        place = Place(f"decorator in {row.module}")
        if row.name in entries:
            other = entries[row.name].place.shown().removeprefix("decorator in ")
            problems.error(place, ("procedures", row.name), f"already declared by a decorator in {other}")
        else:
            entries[row.name] = Entry(place, from_plain({"func": row.func, **row.options}, place))
    return Table(NOWHERE, {"procedures": Entry(NOWHERE, Table(NOWHERE, entries))})


def table_of_overrides(overrides: Overrides, problems: Problems) -> Table:
    """The options set at run time as a `tasks` section; which procedure a task runs is not among them."""
    tasks = {}
    for task, options in overrides.items():
        entries = {}
        for option, override in options.items():
            place = Place(f"set by {override.who} at {override.at.isoformat(timespec='seconds')}")
            if option == "procedure":
                problems.error(place, ("tasks", task, option), "can't be set at run time: declare a task of its own")
            else:
                entries[option] = Entry(place, from_plain(override.value, place))
        tasks[task] = Entry(NOWHERE, Table(NOWHERE, entries))
    return Table(NOWHERE, {"tasks": Entry(NOWHERE, Table(NOWHERE, tasks))})
