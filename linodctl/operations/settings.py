"""Options set at run time: the config's last layer, kept in the state file, and checked before they are kept."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING, Any

from linodctl.config import ConfigError, keys
from linodctl.errors import UsageError
from linodctl.operations.names import one
from linodctl.operations.site import Site, who
from linodctl.operations.wishes import Heard, tell_runner
from linodctl.store.rows import Override
from linodctl.texts import word

if TYPE_CHECKING:
    from linodctl.domain import Task


def set_options(site: Site, name: str, settings: Mapping[str, Any]) -> tuple[Task, Heard]:
    """Override options of one task. ConfigError, and nothing kept, if the task would have problems with them.

    One recurrence option replaces the whole recurrence, those that were set earlier included.
    """
    if not settings:
        raise UsageError("give at least one OPTION=VALUE; for example log_level=DEBUG or every='5 minutes'")
    task = one(site.loaded.tasks, name)
    now, me = site.now(), who()
    with site.reading() as reader:
        present = reader.overrides().get(task.name, {})
    replaced = [option for option in _replaced(present, settings) if option not in settings]
    kept = {option: override for option, override in present.items() if option not in replaced}
    new = {option: Override(value, me, now) for option, value in settings.items()}
    _check(site, task, {**kept, **new}, now)
    with site.writing() as store:
        if replaced:
            store.unset_override(task.name, replaced, now, me)
        store.set_override(task.name, dict(settings), now, me)
    return task, tell_runner(site)


def _check(site: Site, task: Task, overrides: Mapping[str, Override], now: datetime) -> None:
    """ConfigError if they don't fit. What was typed a moment ago has no other place than its option."""
    try:
        site.declaration.check_overrides(task.name, overrides)
    except ConfigError as error:
        just_now = f"at {now.isoformat(timespec='seconds')}"
        raise ConfigError(
            replace(problem, file="") if problem.file.endswith(just_now) else problem for problem in error.problems
        ) from None


def _replaced(present: Mapping[str, Override], settings: Mapping[str, Any]) -> list[str]:
    """The options set earlier that these take the place of."""
    if not set(keys.RECURRENCE) & settings.keys():
        return []
    return [option for option in present if option in keys.RECURRENCE]


def unset_options(site: Site, name: str, options: Sequence[str]) -> tuple[Task, list[str], Heard]:
    """Take back options that were set at run time; all of them if none is named. UsageError for one that wasn't set."""
    task = one(site.loaded.tasks, name)
    with site.reading() as reader:
        present = reader.overrides().get(task.name, {})
    missing = [option for option in options if option not in present]
    if missing:
        known = f"; set are: {', '.join(present)}" if present else ""
        raise UsageError(f"'{word(missing[0])}' of task '{task.name}' was not set at run time{known}")
    if not present:
        raise UsageError(f"nothing of task '{task.name}' was set at run time")
    gone = list(options or present)
    site.declaration.check_overrides(task.name, {key: value for key, value in present.items() if key not in gone})
    with site.writing() as store:
        store.unset_override(task.name, gone, site.now(), who())
    return task, gone, tell_runner(site)
