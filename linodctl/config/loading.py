"""Loading a configuration from its files. The first function is the table of contents.

files → tree (`gather`) → shape (`shape`) → layers (`layers`) → names and recurrences → plain document → `Loaded`
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from linodctl.config import keys
from linodctl.config.checks import check_names, check_threads
from linodctl.config.discovery import Discovered, Overrides, table_of_discovered, table_of_overrides
from linodctl.config.fingerprint import fingerprint, watch_of
from linodctl.config.gather import Gathered, gather
from linodctl.config.layers import DeclaredTask, Layer, Layers
from linodctl.config.loaded import Loaded, assemble
from linodctl.config.problems import ConfigError, Place, Problems
from linodctl.config.recurrences import Recurrences
from linodctl.config.rules import Rules
from linodctl.config.settings import settings_of
from linodctl.config.shape import Shaped, check_shape
from linodctl.masking import known


@dataclass(frozen=True, slots=True)
class Outside:
    """What has a say beside the files."""

    environ: Mapping[str, str]
    discovered: Sequence[Discovered]
    overrides: Overrides
    now: datetime | None
    looked: bool = False
    """Whether `discovered` is all there is: somebody has looked through the modules of `discover` just now."""


def load_files(paths: Sequence[Path], outside: Outside, unresolved: Mapping[str, str]) -> Loaded:
    """What `linodctl.config.load` promises."""
    problems = Problems()
    gathered = gather(paths, outside.environ, problems)
    known.learn_variables(gathered.env)
    if not gathered.tree.entries:
        _nothing_declared(gathered, problems)
    shaped = check_shape(gathered.tree, problems)
    settings = settings_of(shaped, gathered, outside.environ)
    problems.may_be_found = bool(settings["discover"]) and not outside.looked
    layers = _layers(shaped, outside, problems)
    procedures, tasks = layers.declared_procedures(problems), layers.declared_tasks(problems)
    procedures = _with_function(procedures, shaped, problems)
    tasks = [task for task in tasks if "func" in task.options]
    names = {*layers.broken, *layers.tasks, *(task.name for task in tasks)}
    check_names(tasks, names, gathered.tree.table("limits").entries, problems)
    check_threads(tasks, problems)
    reader = Recurrences(Rules(settings["timezone"], settings["calendars"]), outside.now, problems)
    recurrences = _read_recurrences(procedures, tasks, reader)
    problems.raise_errors()
    if not names and not settings["discover"]:
        problems.warning(Place(str(gathered.files[0])), "", "declares no procedure: nothing will run")
    watch = watch_of(paths, gathered.stats, gathered.globs, gathered.variables)
    document = {
        "settings": settings,
        "procedures": {procedure.name: _plain(procedure, settings["folder"]) for procedure in procedures},
        "tasks": {task.name: _plain(task, settings["folder"]) for task in tasks},
        "warnings": [problem.to_json() for problem in problems.warnings()],
        "watch": watch.to_json(),
        "fingerprint": fingerprint(watch, outside.environ, outside.discovered, outside.overrides),
    }
    return assemble(document, unresolved, recurrences)


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


def _read_recurrences(
    procedures: Sequence[DeclaredTask], tasks: Sequence[DeclaredTask], recurrences: Recurrences
) -> dict[tuple[str, str], Any]:
    own = {procedure.name: procedure for procedure in procedures}
    read: dict[tuple[str, str], Any] = {("procedures", name): recurrences.read(own[name]) for name in own}
    for task in tasks:
        same = task.name in own and task.recurrence() == own[task.name].recurrence()
        read["tasks", task.name] = read["procedures", task.name] if same else recurrences.read(task)
    return read


# --- the plain document --------------------------------------------------------------------------


def _plain(task: DeclaredTask, folder: str) -> dict[str, Any]:
    options = {option: said.value for option, said in task.options.items()}
    if "cwd" in options:
        file = task.options["cwd"].node.place.file
        base = Path(file).parent if file.startswith("/") else Path(folder)
        options["cwd"] = str(base / options["cwd"])
    func = options.pop("func")
    places = {option: [*said.entry.place, ".".join(map(str, said.path))] for option, said in task.options.items()}
    return {
        "procedure": task.procedure,
        "func": func,
        "recurrence": task.recurrence(),
        "options": options,
        "home": [*task.place, ".".join(map(str, task.path))],
        "places": places,
    }
