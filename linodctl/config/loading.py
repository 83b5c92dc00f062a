"""Loading a configuration from its files. `Files.declared` is the table of contents.

files → tree (`gather`) → shape (`shape`) → layers (`layers`) → names and recurrences → rows of the plain document
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any, NamedTuple

from linodctl.config import keys
from linodctl.config.checks import check_names, check_threads
from linodctl.config.discovery import Discovered, Overrides, table_of_discovered, table_of_overrides
from linodctl.config.fingerprint import fingerprint, watch_of
from linodctl.config.gather import Gathered, gather
from linodctl.config.layers import DeclaredTask, Layer, Layers
from linodctl.config.problems import ConfigError, Place, Problems
from linodctl.config.recurrences import Recurrences
from linodctl.config.rows import Writer
from linodctl.config.rules import Rules
from linodctl.config.settings import settings_of
from linodctl.config.shape import Shaped, check_shape
from linodctl.config.state_file import state_of
from linodctl.masking import known
from linodctl.values import Value


class Outside(Value):
    """What has a say beside the files."""

    discovered: Sequence[Discovered]
    overrides: Overrides
    now: datetime | None
    looked: bool = False
    """Whether `discovered` is all there is: somebody has looked through the modules of `discover` just now."""


class Files:
    """The files of a config, read. What they declare is known once the state file's memory has been had, and only they
    know where that file is."""

    def __init__(self, paths: Sequence[Path], environ: Mapping[str, str]) -> None:
        self._paths = paths
        self._environ = environ
        self._problems = Problems()
        self._gathered = gather(paths, environ, self._problems)

    @property
    def state(self) -> Path:
        """The state file that they declare, also with problems."""
        return Path(state_of(self._gathered.tree, self._gathered.files[0].parent, self._environ))

    def declared(self, outside: Outside) -> Declared:
        """All that is declared, checked. ConfigError with every problem of every file. To be called once."""
        problems, gathered = self._problems, self._gathered
        known.learn_variables(gathered.env)
        if not gathered.tree.entries:
            _nothing_declared(gathered, problems)
        shaped = check_shape(gathered.tree, problems)
        settings = settings_of(shaped, gathered, self._environ)
        problems.may_be_found = bool(settings["discover"]) and not outside.looked
        layers = _layers(shaped, outside, problems)
        procedures = layers.declared_procedures(problems)
        tasks = layers.declared_tasks(procedures, problems)
        procedures = _with_function(procedures, shaped, problems)
        tasks = [task for task in tasks if "func" in task.options]
        names = {*layers.broken, *layers.tasks, *(task.name for task in tasks)}
        check_names(tasks, names, gathered.tree.table("limits").entries, problems)
        check_threads(tasks, problems)
        rules = Rules(settings["timezone"], settings["calendars"])
        _check_recurrences(procedures, tasks, Recurrences(rules, outside.now, problems))
        problems.raise_errors()
        if not names and not settings["discover"]:
            problems.warning(Place(str(gathered.files[0])), "", "declares no procedure: nothing will run")
        watch = watch_of(self._paths, gathered.stats, gathered.globs, gathered.variables)
        writer = Writer(settings["folder"])
        rows = writer.rows(procedures, tasks)
        document = {
            "settings": settings,
            "rows": rows,
            "tables": writer.tables,
            "warnings": [problem.to_json() for problem in problems.warnings()],
            "watch": watch.to_json(),
            "settled": gathered.settled,
            "complete": not problems.left_out,
            "fingerprint": fingerprint(watch, self._environ, outside.discovered, outside.overrides),
        }
        return Declared(document, rules)


class Declared(NamedTuple):
    """What files declare: as a document that JSON can hold, and with the rules that were parsed on the way."""

    document: dict[str, Any]
    rules: Rules


def _nothing_declared(gathered: Gathered, problems: Problems) -> None:
    problems.raise_errors()
    example = "procedures: {hello: {func: mysite.jobs.hello, every: 1 hour}}"
    problems.error(Place(str(gathered.files[0])), "", f"is empty: declare a procedure, such as '{example}'")
    raise ConfigError(problems.found)


# --- layers --------------------------------------------------------------------------------------


def _layers(shaped: Shaped, outside: Outside, problems: Problems) -> Layers:
    discovered = outside.discovered if shaped.values.get("discover") else ()
    decorators = check_shape(table_of_discovered(discovered, problems), problems)
    set_ = check_shape(table_of_overrides(outside.overrides, problems), problems)
    defaults = Layer(("defaults",), shaped.values.get("defaults", {}), shaped.tree.table("defaults"))
    return Layers(
        defaults=defaults,
        decorators=_section(decorators, "procedures"),
        procedures=_section(shaped, "procedures"),
        tasks=_section(shaped, "tasks"),
        overrides=_section(set_, "tasks"),
        broken=frozenset(str(cut[1]) for cut in shaped.cuts if cut[0] in ("procedures", "tasks") and len(cut) == 2),
    )


def _section(shaped: Shaped, section: str) -> dict[str, Layer]:
    table = shaped.tree.table(section)
    layers = {}
    for name, values in shaped.values.get(section, {}).items():
        if shaped.lost(section, name, keys.RECURRENCE):
            values = {option: value for option, value in values.items() if option not in keys.RECURRENCE}
        layers[name] = Layer((section, name), values, table.table(name), table.entries[name].place)
    return layers


def _with_function(declared: Sequence[DeclaredTask], shaped: Shaped, problems: Problems) -> list[DeclaredTask]:
    """Those that have a function; a problem for each that has none."""
    for task in declared:
        if "func" not in task.options and not shaped.lost("procedures", task.procedure, ("func",)):
            message = "has no func: name the function by its dotted path, such as mysite.jobs.checkdata"
            problems.missing(task.place, task.path, message)
    return [task for task in declared if "func" in task.options]


def _check_recurrences(
    procedures: Sequence[DeclaredTask], tasks: Sequence[DeclaredTask], recurrences: Recurrences
) -> None:
    own = {procedure.name: procedure for procedure in procedures}
    for procedure in procedures:
        recurrences.check(procedure)
    for task in tasks:
        default = own.get(task.name)
        if task is not default and (default is None or task.recurrence() != default.recurrence()):
            recurrences.check(task)
