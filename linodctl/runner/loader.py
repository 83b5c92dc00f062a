"""How a runner gets its tasks: the config as declared, checked against the code that its zygote can import."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from functools import partial
from typing import Protocol, TypeVar

from linodctl import events
from linodctl.config import Loaded
from linodctl.execution.executor import Executor, ProbeFailed
from linodctl.execution.probe import ProbePath
from linodctl.runner.troubles import STATE
from linodctl.store import StateBusy, StateFull
from linodctl.store.store import Store

UNRESOLVED = "unresolved"
"""The note that keeps the dotted paths that didn't resolve, with the reasons, for whoever asks without importing."""


PAUSE = 0.5
"""Seconds between two tries to write what the config needs to be in force."""

T = TypeVar("T")
Tell = Callable[[events.Event], None]


class Loader(Protocol):
    """Reads the site's config with what the store remembers; ConfigError if it has problems."""

    def load(self, *, looked: bool = False) -> Loaded:
        """With `looked` somebody has looked through the modules of `discover`: every name must stand for something."""
        ...


def in_force(loaded: Loaded) -> events.ConfigInForce:
    """The event that tells what holds from now on."""
    return events.ConfigInForce(
        loaded.site, loaded.timezone, loaded.files[0], loaded.tasks, loaded.notify, loaded.metrics
    )


async def with_code(loader: Loader, loaded: Loaded, executor: Executor, store: Store, tell: Tell) -> Loaded:
    """The config once more, after a look at the code: decorated functions that `discover` finds become procedures, and
    tasks whose dotted path doesn't resolve are disabled with the reason, so that one broken module keeps no site down.
    """
    paths = sorted({task.launch.func for task in loaded.tasks})
    try:
        probe = await executor.probe([ProbePath(path) for path in paths], loaded.discover)
    except ProbeFailed as error:  # a module that ends its process, or never comes back, on import
        tell(events.Trouble(f"the code could not be looked at: {error}; runs will say more"))
        return loaded
    unresolved = {report.path: report.error for report in probe.paths if report.error is not None}
    for module, why in probe.errors:
        tell(events.Trouble(f"discover: {module}: {why}"))
    await patiently(partial(store.put_note, UNRESOLVED, unresolved), tell)
    news = await patiently(partial(store.put_discovered, probe.discovered), tell)
    if news or not loaded.is_complete:
        loaded = await asyncio.to_thread(loader.load, looked=not probe.errors)
    loaded = loaded.without(unresolved)
    for task in loaded.tasks:
        if task.launch.func in unresolved:
            tell(events.TaskUnrunnable(task.name, unresolved[task.launch.func]))
    return loaded


async def patiently(write: Callable[[], T], tell: Tell) -> T:
    """Write to the state file as soon as another program lets go of it and the disk has room."""
    while True:
        try:
            written = write()
        except (StateBusy, StateFull) as error:
            tell(events.Trouble(f"{error}; the runner waits for that", STATE))
            await asyncio.sleep(PAUSE)
        else:
            tell(events.Mended(STATE, "the state file can be written again"))
            return written
