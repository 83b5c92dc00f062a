"""Lays the layers over each other: `defaults` < decorator < `procedures` < `tasks` < `set`.

What comes out says for every task which option holds and where it was said. (Built-in values are those of `domain`.)
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import Any

from linodctl.config import keys
from linodctl.config.nodes import Entry, Node, Path, Table
from linodctl.config.problems import NOWHERE, Place, Problems, nearest
from linodctl.config.rows import whole_rule
from linodctl.values import Value


class Layer(Value):
    """What one place says about a task: values for the work, nodes for the places."""

    path: Path
    """How problems call it: `("procedures", "checkdata")`."""
    values: Mapping[str, Any]
    table: Table
    place: Place = NOWHERE
    """Where its name stands."""

    def options(self) -> dict[str, Said]:
        return {
            option: Said(value, self.table.entries[option], (*self.path, option))
            for option, value in self.values.items()
            if option != "procedure"
        }


class Said(Value):
    """An option's value, and where it was said."""

    value: Any
    entry: Entry
    path: Path

    @property
    def node(self) -> Node:
        return self.entry.node


class DeclaredTask(Value):
    """A task, or a procedure by itself, with all layers laid over each other."""

    name: str
    procedure: str
    options: Mapping[str, Said]
    """`func` is among them."""
    place: Place
    """Where the name stands,"""
    path: Path
    """and how problems call it."""

    def recurrence(self) -> dict[str, Any]:
        """Its recurrence options, as `recurrence` wants them."""
        return whole_rule({option: said.value for option, said in self.options.items()})


_RECURRENCE = frozenset(keys.RECURRENCE)
_MAKES_A_RULE = frozenset((*keys.RULES, *keys.LINO_RULES))


class Layers(Value):
    """All layers of a site, by name."""

    defaults: Layer
    decorators: Mapping[str, Layer]
    procedures: Mapping[str, Layer]
    tasks: Mapping[str, Layer]
    overrides: Mapping[str, Layer]
    broken: Collection[str] = ()
    """Names of entries that were so wrong that nothing is left of them: no reason to call them unknown."""

    def declared_procedures(self, problems: Problems) -> list[DeclaredTask]:
        """Those of the file in its order, then those that only a decorator declares."""
        return [self._declared(name, name, self._of_procedure(name), problems) for name in self._procedure_names()]

    def declared_tasks(self, declared: Iterable[DeclaredTask], problems: Problems) -> list[DeclaredTask]:
        """The default task of every procedure, then the further tasks, in the order of the file.

        A default task of which nothing was said is the very procedure out of those `declared`.
        """
        procedures = self._procedure_names()
        as_declared = {one.name: one for one in declared if not self._of_task(one.name)}
        procedure_of = {name: name for name in procedures}
        for name, layer in self.tasks.items():
            procedure = self._procedure_of(name, layer, procedures, problems)
            if procedure is not None:
                procedure_of.setdefault(name, procedure)
        self._warn_of_lost_overrides(procedure_of, problems)
        return [
            as_declared.get(name)
            or self._declared(name, procedure, [*self._of_procedure(procedure), *self._of_task(name)], problems)
            for name, procedure in procedure_of.items()
        ]

    def _procedure_names(self) -> dict[str, None]:
        return dict.fromkeys([*self.procedures, *self.decorators])

    def _of_procedure(self, name: str) -> list[Layer]:
        return [section[name] for section in (self.decorators, self.procedures) if name in section]

    def _of_task(self, name: str) -> list[Layer]:
        return [section[name] for section in (self.tasks, self.overrides) if name in section]

    def _procedure_of(self, name: str, layer: Layer, procedures: Mapping[str, Any], problems: Problems) -> str | None:
        procedure = layer.values.get("procedure")
        if procedure is None:
            if name not in procedures and name not in self.broken:
                hint = nearest(name, procedures) or ": give it a procedure, or declare one of that name"
                problems.missing(layer.place, layer.path, f"no procedure has this name{hint}")
            return name if name in procedures else None
        place = layer.table.entries["procedure"].node.place
        if procedure not in procedures:
            if procedure not in self.broken:
                problems.missing(
                    place, (*layer.path, "procedure"), f"unknown procedure{nearest(procedure, procedures)}"
                )
            return None
        if name in procedures and name != procedure:
            message = f"'{name}' is the default task of the procedure of that name: choose another name"
            problems.error(place, (*layer.path, "procedure"), message)
        return str(procedure)

    def _warn_of_lost_overrides(self, tasks: Mapping[str, str], problems: Problems) -> None:
        for name, layer in self.overrides.items():
            if name not in tasks and layer.table.entries:
                place = next(iter(layer.table.entries.values())).place
                problems.warning(place, layer.path, "there is no such task any more: the override has no effect")

    def _declared(self, name: str, procedure: str, layers: list[Layer], problems: Problems) -> DeclaredTask:
        home = next(layer for layer in reversed(layers) if layer.place != NOWHERE)  # what was `set` has no home
        return DeclaredTask(
            name, procedure, laid_over(self.defaults, *layers, problems=problems), home.place, home.path
        )


def laid_over(*layers: Layer, problems: Problems) -> dict[str, Said]:
    """The later layer wins, option by option; one that names any recurrence option replaces the whole recurrence."""
    options: dict[str, Said] = {}
    for layer in layers:
        said = layer.options()
        recurrence = {option: said[option] for option in said if option in _RECURRENCE}
        if recurrence:
            check_rule(recurrence, problems)
            options = {option: old for option, old in options.items() if option not in _RECURRENCE}
        options |= said
    return options


def check_rule(recurrence: Mapping[str, Said], problems: Problems) -> None:
    """A layer's recurrence options must be a whole recurrence. (Whether they fit together is for `recurrence`.)"""
    if _MAKES_A_RULE & recurrence.keys():
        return
    option, said = next(iter(recurrence.items()))
    if said.path[0] == "defaults":
        message = f"'{option}' without a rule has no effect: every task's own recurrence replaces it as a whole"
        problems.warning(said.entry.place, said.path, message)
    else:
        message = f"'{option}' needs a rule beside it (every, cron or rrule): a recurrence is replaced as a whole"
        problems.error(said.entry.place, said.path, message)
