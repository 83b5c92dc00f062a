"""Builds the values of `domain` out of options that have been checked; nothing here needs pydantic or yaml.

Tasks that agree share one Policy and one Launch: a site may have 100,000 of them. Descriptions are only shown, so
secrets are masked in them here.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

from linodctl.config import keys
from linodctl.config.addresses import ping_of
from linodctl.config.durations import parse_duration
from linodctl.config.values import parse_size
from linodctl.domain import Isolation, Launch, LogLevel, Missed, OnLost, Overlap, Policy, Procedure, Retries, Task
from linodctl.masking import known
from linodctl.recurrence import Recurrence

Options = Mapping[str, Any]


class Builder:
    """Builds the tasks of one site. `unresolved` maps dotted paths that don't resolve to the reason."""

    def __init__(self, folder: str, unresolved: Mapping[str, str]) -> None:
        self._folder = folder
        self._unresolved = unresolved
        self._policies: dict[str, Policy] = {}
        self._launches: dict[str, Launch] = {}

    def task(
        self, number: int, name: str, procedure: str, func: str, options: Options, recurrence: Recurrence, said_at: str
    ) -> Task:
        """`said_at` is where `disabled` was said, for the reason."""
        return Task(
            number=number,
            name=name,
            procedure=procedure,
            recurrence=recurrence,
            policy=self._policy(options),
            launch=self._launch(func, options),
            log_level=log_level(options, recurrence),
            description=known.text(options.get("description", "")),
            tags=tuple(options.get("tags", ())),
            ping=ping_of(options.get("ping", ""), name),
            disabled=_disabled(options.get("disabled", False), said_at) or self._unresolved.get(func),
        )

    def _policy(self, options: Options) -> Policy:
        chosen = {option: options[option] for option in keys.POLICY if option in options}
        key = json.dumps(chosen, sort_keys=True)
        if key not in self._policies:
            self._policies[key] = Policy(**_read(chosen, _POLICY_READERS))
        return self._policies[key]

    def _launch(self, func: str, options: Options) -> Launch:
        chosen = {"cwd": self._folder} | {option: options[option] for option in keys.LAUNCH if option in options}
        key = json.dumps([func, chosen], sort_keys=True)
        if key not in self._launches:
            known.learn_from(chosen)
            self._launches[key] = Launch(func, **_read(chosen, _LAUNCH_READERS))
        return self._launches[key]


def procedure(name: str, func: str, options: Options, recurrence: Recurrence) -> Procedure:
    return Procedure(name, func, known.text(options.get("description", "")), recurrence, log_level(options, recurrence))


def log_level(options: Options, recurrence: Recurrence) -> LogLevel:
    """What was declared; else INFO, or WARNING for a task whose unit is seconds."""
    declared = options.get("log_level")
    return LogLevel(declared) if declared else LogLevel.WARNING if recurrence.in_seconds else LogLevel.INFO


def _disabled(value: bool | str, said_at: str) -> str | None:
    if value is False:
        return None
    return f"disabled in {said_at}" if value is True else f"{value} ({said_at})"


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
