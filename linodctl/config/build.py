"""Builds the values of `domain` out of options that have been checked; nothing here needs pydantic or yaml.

Tasks that agree share one Policy and one Launch: a site may have 100,000 of them. Descriptions are only shown, so
secrets are masked in them here.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from linodctl.config import keys
from linodctl.config.addresses import ping_of
from linodctl.config.durations import parse_duration
from linodctl.config.rows import BOTH, PROCEDURE, TASK, Row, place_of, whole_rule
from linodctl.config.rules import Rules, depends_on_name
from linodctl.config.sizes import parse_size
from linodctl.domain import Isolation, Launch, LogLevel, Missed, OnLost, Overlap, Policy, Procedure, Retries, Task
from linodctl.masking import known
from linodctl.recurrence import Recurrence
from linodctl.values import Value

Options = Mapping[str, Any]


class _Parts(Value):
    """What the options are apart from the recurrence; all tasks with the same options share it."""

    policy: Policy
    launch: Options
    launch_key: str | None
    """None if nobody else will have the same."""
    log_level: LogLevel | None
    description: str
    tags: tuple[str, ...]
    ping: str
    disabled: bool | str


class Builder:
    """Builds the procedures and tasks of a document, out of its rows."""

    def __init__(self, document: Mapping[str, Any], rules: Rules | None = None) -> None:
        """`rules` may have been used for the same document before: then they know most of it."""
        settings, self._tables = document["settings"], document["tables"]
        self._rules = rules or Rules(settings["timezone"], settings["calendars"])
        self._folder = settings["folder"]
        self._recurrences: dict[int, Recurrence] = {}
        self._parts: dict[int, _Parts] = {}
        self._policies: dict[str, Policy] = {}
        self._launches: dict[tuple[str, str], Launch] = {}

    def tasks(self, rows: Iterable[Row]) -> Iterator[Task]:
        """The tasks among the rows, numbered in their order."""
        kinds = (BOTH, TASK)
        return (self._task(number, row) for number, row in enumerate((row for row in rows if row[0] in kinds), 1))

    def procedures(self, rows: Iterable[Row]) -> Iterator[Procedure]:
        """The procedures among the rows."""
        for kind, name, _, func, rule, options, *_ in rows:
            if kind in (BOTH, PROCEDURE):
                parts, recurrence = self._parts_of(options), self._recurrence(name, rule)
                log_level = parts.log_level or _usual_level(recurrence)
                yield Procedure(name, func, parts.description, recurrence, log_level)

    def _task(self, number: int, row: Row) -> Task:
        _, name, procedure, func, rule, options, *_ = row
        parts, recurrence = self._parts_of(options), self._recurrence(name, rule)
        return Task(
            number=number,
            name=name,
            procedure=name if procedure == name else procedure,
            recurrence=recurrence,
            policy=parts.policy,
            launch=self._launch(func, parts),
            log_level=parts.log_level or _usual_level(recurrence),
            description=parts.description,
            tags=parts.tags,
            ping=ping_of(parts.ping, name),
            disabled=self._disabled(parts.disabled, row),
        )

    def _recurrence(self, name: str, rule: int | Options) -> Recurrence:
        """Shared by who has the same rule, unless it depends on the task's name."""
        if not isinstance(rule, int):
            return self._rules.parse(name, whole_rule(rule))
        found = self._recurrences.get(rule)
        if found is None:
            options = whole_rule(self._tables["rules"][rule])
            found = self._rules.parse(name, options)
            if not depends_on_name(json.dumps(options)):
                self._recurrences[rule] = found
        return found

    def _parts_of(self, options: int | Options) -> _Parts:
        if not isinstance(options, int):
            return self._taken_apart(options, shared=not options.keys() & {"args", "env"})
        if options not in self._parts:
            self._parts[options] = self._taken_apart(self._tables["options"][options], shared=True)
        return self._parts[options]

    def _taken_apart(self, options: Options, *, shared: bool) -> _Parts:
        launch = {option: options[option] for option in keys.LAUNCH if option in options}
        return _Parts(
            policy=self._policy(options),
            launch=launch,
            launch_key=json.dumps(launch, sort_keys=True) if shared else None,
            log_level=LogLevel(options["log_level"]) if options.get("log_level") else None,
            description=known.text(options["description"]) if "description" in options else "",
            tags=tuple(options.get("tags", ())),
            ping=options.get("ping", ""),
            disabled=options.get("disabled", False),
        )

    def _policy(self, options: Options) -> Policy:
        chosen = {option: options[option] for option in keys.POLICY if option in options}
        key = json.dumps(chosen, sort_keys=True) if chosen else ""
        if key not in self._policies:
            self._policies[key] = Policy(**_read(chosen, _POLICY_READERS))
        return self._policies[key]

    def _launch(self, func: str, parts: _Parts) -> Launch:
        if parts.launch_key is None:
            return self._new_launch(func, parts.launch)
        key = (func, parts.launch_key)
        if key not in self._launches:
            self._launches[key] = self._new_launch(func, parts.launch)
        return self._launches[key]

    def _new_launch(self, func: str, options: Options) -> Launch:
        known.learn_from(options)
        return Launch(func, **_read({"cwd": self._folder, **options}, _LAUNCH_READERS))

    def _disabled(self, value: bool | str, row: Row) -> str | None:
        """The reason, with where it was said."""
        if value is False:
            return None
        said = place_of(row, self._tables, "disabled")
        where = said[0].shown() if said else "default"
        return f"disabled in {where}" if value is True else f"{value} ({where})"


def _usual_level(recurrence: Recurrence) -> LogLevel:
    """INFO, or WARNING for a task whose unit is seconds."""
    return LogLevel.WARNING if recurrence.in_seconds else LogLevel.INFO


def _retries(options: Options) -> Retries:
    readers: dict[str, Callable[[Any], Any]] = {"delay": parse_duration, "max_delay": parse_duration}
    return Retries(**_read(options, readers))


def _disable_after(value: int | str) -> int | None:
    return None if isinstance(value, str) else value


_POLICY_READERS: Mapping[str, Callable[[Any], Any]] = {
    "missed": Missed,
    "missed_window": parse_duration,
    "tolerance": parse_duration,
    "overlap": Overlap,
    "on_lost": OnLost,
    "disable_after": _disable_after,
    "retry_disabled_after": parse_duration,
    "retries": _retries,
    "run_after": tuple,
    "use": tuple,
    "expect": parse_duration,
}
_LAUNCH_READERS: Mapping[str, Callable[[Any], Any]] = {
    "timeout": parse_duration,
    "grace": parse_duration,
    "isolation": Isolation,
    "memory_limit": parse_size,
}


def _read(options: Options, readers: Mapping[str, Callable[[Any], Any]]) -> dict[str, Any]:
    return {option: readers.get(option, _as_is)(value) for option, value in options.items()}


def _as_is(value: Any) -> Any:
    return value
