"""Options set at run time: the config's last layer, kept in the state file, and checked before they are kept."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from linodctl.config import ConfigError, keys
from linodctl.errors import UsageError
from linodctl.operations.names import select
from linodctl.operations.site import Site, who
from linodctl.operations.wishes import Heard, tell_runner
from linodctl.store.rows import Override
from linodctl.texts import word
from linodctl.values import replace

if TYPE_CHECKING:
    from linodctl.domain import Task

Overrides = dict[str, Override]


def set_options(site: Site, name: str, settings: Mapping[str, Any]) -> tuple[list[Task], Heard]:
    """Override options of the tasks meant. ConfigError, and nothing kept, if one would have problems with them.

    One recurrence option replaces the whole recurrence, those that were set earlier included.
    """
    if not settings:
        raise UsageError("give at least one OPTION=VALUE; for example log_level=DEBUG or every='5 minutes'")
    chosen, present = _meant(site, name)
    now, me = site.now(), who()
    new = {option: Override(value, me, now) for option, value in settings.items()}
    replaced = {task: _replaced(overrides, settings) for task, overrides in present.items()}
    _check(site, {task: _without(present[task], gone) | new for task, gone in replaced.items()}, now)
    with site.writing() as store:
        for task, gone in replaced.items():
            store.set_override(task, settings, now, me, replacing=gone)
    return chosen, tell_runner(site)


def unset_options(site: Site, name: str, options: Sequence[str]) -> tuple[dict[str, list[str]], Heard]:
    """Take back options of the tasks meant that were set at run time; all of them if none is named.

    What was taken back, by task. UsageError for an option that was set for none of them.
    """
    _, present = _meant(site, name)
    _check_were_set(name, options, present)
    gone = {
        task: [option for option in options or overrides if option in overrides] for task, overrides in present.items()
    }
    gone = {task: options for task, options in gone.items() if options}
    site.declaration.check_overrides({task: _without(present[task], options) for task, options in gone.items()})
    with site.writing() as store:
        for task, taken in gone.items():
            store.unset_override(task, taken, site.now(), who())
    return gone, tell_runner(site)


def _meant(site: Site, name: str) -> tuple[list[Task], dict[str, Overrides]]:
    """The tasks, and what is set of each. UnknownName."""
    chosen = select(site.loaded.tasks, [name])
    with site.reading() as reader:
        known = reader.overrides()
    return chosen, {task.name: known.get(task.name, {}) for task in chosen}


def _check(site: Site, overrides: Mapping[str, Overrides], now: datetime) -> None:
    """ConfigError if they don't fit. What was typed a moment ago has no other place than its option."""
    try:
        site.declaration.check_overrides(overrides)
    except ConfigError as error:
        just_now = f"at {now.isoformat(timespec='seconds')}"
        raise ConfigError(
            replace(problem, file="") if problem.file.endswith(just_now) else problem for problem in error.problems
        ) from None


def _check_were_set(name: str, options: Sequence[str], present: Mapping[str, Overrides]) -> None:
    known = dict.fromkeys(option for overrides in present.values() for option in overrides)
    task = f"task '{next(iter(present))}'" if len(present) == 1 else f"'{word(name)}'"
    if not known:
        raise UsageError(f"nothing of {task} was set at run time")
    for option in options:
        if option not in known:
            raise UsageError(f"'{word(option)}' of {task} was not set at run time; set are: {', '.join(known)}")


def _replaced(present: Overrides, settings: Mapping[str, Any]) -> list[str]:
    """The other options set earlier that these take the place of."""
    if not set(keys.RECURRENCE) & settings.keys():
        return []
    return [option for option in present if option in keys.RECURRENCE and option not in settings]


def _without(present: Overrides, gone: Iterable[str]) -> Overrides:
    return {option: override for option, override in present.items() if option not in gone}
