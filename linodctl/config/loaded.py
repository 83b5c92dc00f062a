"""A loaded configuration: plain frozen values, and the JSON form in which it can be kept and had again cheaply.

load() ─→ plain document ─→ assemble() ─→ Loaded
                ↑                            │
                └── kept as JSON ←── to_json()
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

from linodctl.config import build, keys
from linodctl.config.problems import Place, Problem, Severity, shown_path
from linodctl.config.rules import Rules
from linodctl.config.values import parse_duration, parse_size
from linodctl.domain import LogLevel, Procedure, Task
from linodctl.masking import SHORTEST, known
from linodctl.recurrence import Recurrence


@dataclass(frozen=True, slots=True)
class History:
    """How much of the past is kept: runs per task, their age, bytes of log per run."""

    keep: int
    for_: timedelta
    log_bytes: int


@dataclass(frozen=True, slots=True)
class LogConfig:
    """The site's log; `file` None means stderr. At `rotate_bytes` it is put aside; `rotate_keep` such files stay."""

    file: Path | None
    level: LogLevel
    format: str
    rotate_bytes: int
    rotate_keep: int


class Sources(Mapping[tuple[str, str], str]):
    """(task, option) → `linodctl.yaml:14`, `decorator in mysite.jobs`, `set by ann at …` or `default`."""

    def __init__(self, tasks: Mapping[str, Mapping[str, Any]]) -> None:
        self._tasks = tasks

    def __getitem__(self, key: tuple[str, str]) -> str:
        task, option = key
        place = self._tasks[task]["places"].get(option)
        return Place(*place[:3]).shown() if place else "default"

    def __iter__(self) -> Iterator[tuple[str, str]]:
        return ((task, option) for task in self._tasks for option in ("func", *keys.TASK_OPTIONS))

    def __len__(self) -> int:
        return len(self._tasks) * (1 + len(keys.TASK_OPTIONS))


@dataclass(frozen=True)
class Loaded:
    """Everything declared for a site, checked and with all layers laid over each other."""

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
    notify: Mapping[str, tuple[str, ...]] = field(repr=False)
    """Addresses for alerts by tag, `default` for all other tasks. They are secret: `masking.masked` names them."""
    folder: Path
    """Of the first file: the working folder of runs."""
    files: tuple[Path, ...]
    fingerprint: str
    procedures: tuple[Procedure, ...]
    tasks: tuple[Task, ...]
    sources: Sources
    options: Mapping[str, Mapping[str, Any]] = field(repr=False)
    """Task → its declared options, as written."""
    warnings: tuple[Problem, ...]
    _document: Mapping[str, Any] = field(repr=False, compare=False)

    @property
    def hidden(self) -> list[str]:
        """What env files define, wherever it has been filled in: not to be shown."""
        values = (self.env[name] for name in self._document["settings"]["from_env_files"])
        return [value for value in values if len(value) >= SHORTEST]

    @property
    def read_from(self) -> tuple[Path, ...]:
        """Every file that was read: YAML and env files."""
        return tuple(map(Path, self._document["watch"]["stats"]))

    def problem(self, task: str, option: str, message: str, severity: Severity = "error") -> Problem:
        """A problem where the option, `func`, or else the task is declared: for checks that need more than files."""
        declared = self._document["tasks"][task]
        file, line, column, key = declared["places"].get(option, declared["home"])
        return Problem(severity, shown_path(file), line, column, key, message)

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

    @classmethod
    def from_json(cls, document: Mapping[str, Any], *, unresolved: Mapping[str, str] | None = None) -> Loaded:
        """What was loaded, without reading YAML and without importing pydantic."""
        return assemble(document, unresolved or {})


def assemble(
    document: Mapping[str, Any],
    unresolved: Mapping[str, str],
    recurrences: Mapping[tuple[str, str], Recurrence] | None = None,
) -> Loaded:
    """`recurrences` by section and name are taken when they have been read already."""
    settings = document["settings"]
    log = settings["log"]

    def recurrence(section: str, name: str, declared: Mapping[str, Any]) -> Recurrence:
        if recurrences is not None:
            return recurrences[section, name]
        return rules.parse(name, declared["recurrence"])

    rules = Rules(settings["timezone"], settings["calendars"])
    known.learn_from(settings["env"])
    known.learn(address for addresses in settings["notify"].values() for address in addresses)
    builder = build.Builder(settings["folder"], unresolved)
    sources = Sources(document["tasks"])
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
        folder=Path(settings["folder"]),
        files=tuple(map(Path, settings["files"])),
        fingerprint=document["fingerprint"],
        procedures=tuple(
            build.procedure(name, declared["func"], declared["options"], recurrence("procedures", name, declared))
            for name, declared in document["procedures"].items()
        ),
        tasks=tuple(
            builder.task(
                number,
                name,
                declared["procedure"],
                declared["func"],
                declared["options"],
                recurrence("tasks", name, declared),
                sources[name, "disabled"],
            )
            for number, (name, declared) in enumerate(document["tasks"].items(), 1)
        ),
        sources=sources,
        options={name: declared["options"] for name, declared in document["tasks"].items()},
        warnings=tuple(Problem(**problem) for problem in document["warnings"]),
        _document=document,
    )


def _history(options: Mapping[str, Any]) -> History:
    return History(options["keep"], parse_duration(options["for"]), parse_size(options["log_bytes"]))
