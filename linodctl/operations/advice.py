"""The warnings of `check` that need more than the config: what this machine lacks, what the clocks will do, and how
long runs usually take."""

from __future__ import annotations

import pwd
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from linodctl.planning.advising import clock_warning, length_warning
from linodctl.planning.trends import NOTHING, usual_of

if TYPE_CHECKING:
    from linodctl.config import Loaded, Problem
    from linodctl.domain import Task
    from linodctl.operations.site import Site

_RULES = ("every", "cron", "rrule")
"""Options one of which a recurrence usually has; a warning about it stands there."""


def advice(site: Site, loaded: Loaded) -> Iterator[Problem]:
    """Warnings about places and schedules. Of tasks that are declared disabled nothing is said."""
    now = site.now()
    for task in loaded.tasks:
        if task.disabled is None:
            yield from _lacking(loaded, task)
    with site.declaration.reading() as reader, reader.snapshot():
        states = reader.states()
        latest = reader.lately([task.name for task in loaded.tasks])
        for task in loaded.tasks:
            if task.disabled is not None:
                continue
            state = states.get(task.name)
            anchor = state.anchor if state is not None else None
            usual = usual_of(latest.get(task.name, NOTHING))
            warnings = [
                clock_warning(task, anchor, now),
                length_warning(task, usual, anchor, now) if usual is not None else None,
            ]
            for words in filter(None, warnings):
                yield loaded.problem(task.name, _option(loaded, task), words, "warning")


def _lacking(loaded: Loaded, task: Task) -> Iterator[Problem]:
    """What every run of the task would fail for, as things are now."""
    if task.launch.cwd is not None and not Path(task.launch.cwd).is_dir():
        yield loaded.problem(task.name, "cwd", f"there is no folder {task.launch.cwd}: runs will fail", "warning")
    if task.launch.user is not None and not _is_user(task.launch.user):
        yield loaded.problem(task.name, "user", f"there is no user '{task.launch.user}': runs will fail", "warning")


def _is_user(name: str) -> bool:
    try:
        pwd.getpwnam(name)
    except KeyError:
        return False
    return True


def _option(loaded: Loaded, task: Task) -> str:
    return next((option for option in _RULES if option in loaded.options(task.name)), "func")
