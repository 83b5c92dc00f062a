"""A loaded configuration: plain frozen values, and the JSON form in which it can be kept and had again cheaply.

load() ─→ plain document ─→ assemble() ─→ Loaded
                ↑                            │
                └── kept as JSON ←── to_json()

Of the document a runner keeps no row: it never asks where an option was said.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import timedelta
from functools import cached_property
from pathlib import Path
from typing import Any

from linodctl.config import build, rows
from linodctl.config.durations import parse_duration
from linodctl.config.problems import Problem, Severity, shown_path
from linodctl.config.rules import Rules
from linodctl.config.sizes import parse_size
from linodctl.domain import LogLevel, Procedure, Task
from linodctl.masking import SHORTEST, known
from linodctl.values import Value, asdict, replace


class History(Value):
    """How much of the past is kept: runs per task, their age, bytes of log per run."""

    keep: int
    for_: timedelta
    log_bytes: int


class LogConfig(Value):
    """The site's log; `file` None means stderr. At `rotate_bytes` it is put aside; `rotate_keep` such files stay."""

    file: Path | None
    level: LogLevel
    format: str
    rotate_bytes: int
    rotate_keep: int


class Loaded(Value, dict=True):
    """Everything declared for a site, checked and with all layers laid over each other."""

    unshown = ("notify", "_document")

    site: str
    timezone: str
    state: Path
    pythonpath: tuple[Path, ...]
    setup: str | None
    preload: tuple[str, ...]
    discover: tuple[str, ...]
    env: Mapping[str, str]
    """Env files, then `env`; a task's own are in its Launch."""
    max_parallel: int
    drain: timedelta
    limits: Mapping[str, int]
    calendars: Mapping[str, tuple[str, ...]]
    history: History
    log: LogConfig
    notify: Mapping[str, tuple[str, ...]]
    """Addresses for alerts by tag, `default` for all other tasks. They are secret: `masking.masked` names them."""
    metrics: tuple[str, int] | None
    """The numeric address and the port at which they are served; None if they aren't."""
    folder: Path
    """Of the first file: the working folder of runs."""
    files: tuple[Path, ...]
    fingerprint: str
    tasks: tuple[Task, ...]
    warnings: tuple[Problem, ...]
    _document: Mapping[str, Any]
    """What was declared, in plain values; its rows are missing where nobody will ask for what they tell."""

    def __eq__(self, other: object) -> bool:
        """Whether the same is declared, whatever is still known of its places."""
        return isinstance(other, Loaded) and self._declared() == other._declared()

    def _declared(self) -> dict[str, Any]:
        return asdict(self) | {"_document": None}

    @cached_property
    def procedures(self) -> tuple[Procedure, ...]:
        """All procedures, in the order of the files."""
        return tuple(build.Builder(self._document).procedures(self._document["rows"]))

    def options(self, task: str) -> dict[str, Any]:
        """The declared options of a task, beside its function, as written."""
        return rows.options_of(self._rows[task], self._document["tables"])

    def source(self, task: str, option: str) -> str:
        """`linodctl.yaml:14`, `decorator in mysite.jobs`, `set by ann at …` or `default`; `func` is an option too."""
        said = rows.place_of(self._rows[task], self._document["tables"], option)
        return said[0].shown() if said else "default"

    @cached_property
    def _rows(self) -> dict[str, rows.Row]:
        return {row[rows.NAME]: row for row in self._document["rows"] if row[rows.KIND] != rows.PROCEDURE}

    @property
    def hidden(self) -> list[str]:
        """What env files define, wherever it has been filled in: not to be shown."""
        values = self._document["settings"]["from_env_files"].values()
        return [value for value in values if len(value) >= SHORTEST]

    @property
    def read_from(self) -> tuple[Path, ...]:
        """Every file that was read: YAML and env files."""
        return tuple(map(Path, self._document["watch"]["stats"]))

    @property
    def variables(self) -> tuple[str, ...]:
        """Names of the environment variables that the config fills in."""
        return tuple(self._document["watch"]["variables"])

    def problem(self, task: str, option: str, message: str, severity: Severity = "error") -> Problem:
        """A problem where the option, `func`, or else the task is declared: for checks that need more than files."""
        row, tables = self._rows[task], self._document["tables"]
        place, key = rows.place_of(row, tables, option) or rows.home_of(row, tables)
        return Problem(severity, shown_path(place.file), place.line, place.column, key, message)

    def site_problem(self, key: str, message: str, severity: Severity = "error") -> Problem:
        """A problem of the whole site, where its option is declared; else of its first file."""
        option = key.partition(".")[0]
        file, line, column = self._document["settings"]["places"].get(option, (str(self.files[0]), 0, 0))
        return Problem(severity, shown_path(file), line, column, key, message)

    @property
    def watch(self) -> Mapping[str, Any]:
        """Everything outside that had a say, as `fingerprint.Watch.to_json` gives it."""
        watch: Mapping[str, Any] = self._document["watch"]
        return watch

    def to_json(self) -> dict[str, Any]:
        """A document for `from_json` and `is_current`; with filled-in variables, so keep it as private as the state."""
        return dict(self._document)

    @property
    def is_complete(self) -> bool:
        """Whether every name stands for something: none waits to be found among decorated functions."""
        return bool(self._document["complete"])

    @classmethod
    def from_json(cls, document: Mapping[str, Any]) -> Loaded:
        """What was loaded, without reading YAML and without importing pydantic."""
        return assemble(document)

    def without(self, unresolved: Mapping[str, str]) -> Loaded:
        """The same with every task disabled whose function is a key of `unresolved`, for that reason."""
        if not unresolved:
            return self
        return replace(self, tasks=tuple(_unless_resolved(task, unresolved) for task in self.tasks))


def _unless_resolved(task: Task, unresolved: Mapping[str, str]) -> Task:
    why = unresolved.get(task.launch.func)
    return task if why is None or task.disabled is not None else replace(task, disabled=why)


def assemble(
    document: Mapping[str, Any], *, rules: Rules | None = None, streamed: Iterable[rows.Row] | None = None
) -> Loaded:
    """What a document says. `rules` have parsed its recurrences already; rows that are `streamed`, in place of the
    document's own, are built into tasks one by one and forgotten."""
    settings = document["settings"]
    log = settings["log"]
    known.learn_from(settings["env"])
    known.learn_variables(settings["from_env_files"])
    known.learn(address for addresses in settings["notify"].values() for address in addresses)
    builder = build.Builder(document, rules)
    return Loaded(
        site=settings["site"],
        timezone=settings["timezone"],
        state=Path(settings["state"]),
        pythonpath=tuple(map(Path, settings["pythonpath"])),
        setup=settings["setup"],
        preload=tuple(settings["preload"]),
        discover=tuple(settings["discover"]),
        env=settings["env"],
        max_parallel=settings["max_parallel"],
        drain=parse_duration(settings["drain"]),
        limits=settings["limits"],
        calendars={name: tuple(days) for name, days in settings["calendars"].items()},
        history=_history(settings["history"]),
        log=LogConfig(
            file=Path(log["file"]) if log["file"] else None,
            level=LogLevel(log["level"]),
            format=log["format"],
            rotate_bytes=parse_size(log["rotate"]["bytes"]),
            rotate_keep=log["rotate"]["keep"],
        ),
        notify={tag: tuple(addresses) for tag, addresses in settings["notify"].items() if addresses},
        metrics=_endpoint(settings["metrics"]["listen"]),
        folder=Path(settings["folder"]),
        files=tuple(map(Path, settings["files"])),
        fingerprint=document["fingerprint"],
        tasks=tuple(builder.tasks(document["rows"] if streamed is None else streamed)),
        warnings=tuple(Problem(**problem) for problem in document["warnings"]),
        _document=document if streamed is None else {**document, "rows": [], "tables": {}},
    )


def _endpoint(listen: str | None) -> tuple[str, int] | None:
    if not listen:
        return None
    from linodctl.config.endpoints import endpoint_of

    return endpoint_of(listen)


def _history(options: Mapping[str, Any]) -> History:
    return History(options["keep"], parse_duration(options["for"]), parse_size(options["log_bytes"]))
