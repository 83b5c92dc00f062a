"""How a runner gets its tasks: the config as declared, checked against the code that its zygote can import."""

from __future__ import annotations

from typing import Protocol

from linodctl.config import Loaded
from linodctl.execution.executor import Executor
from linodctl.store.store import Store


class Loader(Protocol):
    """Reads the site's config with what the store remembers; ConfigError if it has problems."""

    def load(self, *, unresolved: dict[str, str] | None = None) -> Loaded: ...


async def with_code(loader: Loader, loaded: Loaded, executor: Executor, store: Store) -> Loaded:
    """The config once more, after a look at the code: decorated functions that `discover` finds become procedures, and
    tasks whose dotted path doesn't resolve are disabled with the reason, so that one broken module keeps no site down.
    """
    probe = await executor.probe(sorted({task.launch.func for task in loaded.tasks}), loaded.discover)
    found_new = store.put_discovered(probe.discovered)
    if found_new or probe.unresolved:
        loaded = loader.load(unresolved=probe.unresolved)
    return loaded
