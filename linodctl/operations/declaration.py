"""The config together with what the state file remembers for it: options set at run time, decorated functions, and
dotted paths that the runner could not resolve."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from linodctl.clock import Clock
from linodctl.config.fingerprint import is_current
from linodctl.config.loaded import Loaded
from linodctl.operations.cache import ConfigCache
from linodctl.store import open_reader

if TYPE_CHECKING:
    from linodctl.config.discovery import Discovered, Override
    from linodctl.store.reading import Reader

UNRESOLVED = "unresolved"
"""The note in which the runner keeps the dotted paths that didn't resolve, each with the reason. (Its own constant has
the same value, which a test sees to: importing it would import the executor.)"""

Overrides = Mapping[str, Mapping[str, "Override"]]


class Memory(NamedTuple):
    """What the state file has to say to the config."""

    overrides: Overrides
    discovered: Sequence[Discovered]
    unresolved: Mapping[str, str]


class Declaration:
    """Reads a site's config as often as asked; what `runner.loader.Loader` wants."""

    def __init__(self, paths: Sequence[Path], environ: Mapping[str, str], state: str | None, clock: Clock) -> None:
        self.paths = tuple(paths)
        self._environ = environ
        self._state = state
        self._clock = clock
        self._cache = ConfigCache(self.paths, environ)

    def load(self, *, unresolved: Mapping[str, str] | None = None, looked: bool = False) -> Loaded:
        """The config as it is on disk now. ConfigError with every problem of every file.

        Names that decorated functions may stand for are no problem until somebody has `looked` for those.
        """
        memory = self._remembered()
        return self._load(memory.overrides, memory.discovered, unresolved or {}, looked=looked)

    def load_as_running(self) -> Loaded:
        """As `load`; tasks whose code the runner could not find are disabled, as they are in the runner.

        A config that hasn't changed since it was read last comes from the cache.
        """
        document = self._cache.recall()
        if document is not None:
            memory = self._memory_beside(document)
            if memory is not None:
                return Loaded.from_json(document, unresolved=memory.unresolved)
        memory = self._remembered()
        loaded = self._load(memory.overrides, memory.discovered, memory.unresolved)
        self._cache.keep(loaded.to_json())
        return loaded

    def load_discovering(self, discovered: Sequence[Discovered]) -> Loaded:
        """As `load`, with these decorated functions in place of the remembered ones."""
        return self._load(self._remembered().overrides, discovered, {}, looked=True)

    def check_overrides(self, overrides: Mapping[str, Mapping[str, Override]]) -> None:
        """ConfigError if the config had problems with these overrides, by task, in place of the tasks' present ones."""
        memory = self._remembered()
        self._load({**memory.overrides, **overrides}, memory.discovered, {})

    def state_path(self, declared: Path) -> Path:
        """The state file: `--state` and $LINODCTL_STATE win over what the config declares."""
        return self.stated() or declared

    def _memory_beside(self, document: dict[str, Any]) -> Memory | None:
        """The memory that goes with a document from the cache; None if reading the config again might give another."""
        try:
            declared = Path(document["settings"]["state"])
        except (KeyError, TypeError):  # a cache of another shape is no cache
            return None
        memory = self._memory_in(self.state_path(declared))
        current = is_current(
            document, self.paths, self._environ, discovered=memory.discovered, overrides=memory.overrides
        )
        return memory if current else None

    def stated(self) -> Path | None:
        """The state file that `--state` or $LINODCTL_STATE names: nothing needs to be read to know it."""
        return Path(self._state).absolute() if self._state else None

    def state(self) -> Path:
        """The state file, also of a config with problems."""
        return self.stated() or self.state_path(Path(self.peek()["state"]))

    def peek(self) -> dict[str, Any]:
        """What the config says of the site as a whole, also one with problems."""
        from linodctl.operations.peek import peek

        return peek(self.paths, self._environ)

    def reading(self) -> Reader:
        """The state file for questions. StateError if it can't be read."""
        return open_reader(self.state())

    def _remembered(self) -> Memory:
        return self._memory_in(self.state())

    def _memory_in(self, state: Path) -> Memory:
        with open_reader(state) as reader, reader.snapshot():
            unresolved = reader.note(UNRESOLVED)
            return Memory(reader.overrides(), reader.discovered(), unresolved if isinstance(unresolved, dict) else {})

    def _load(
        self,
        overrides: Overrides,
        discovered: Sequence[Discovered],
        unresolved: Mapping[str, str],
        *,
        looked: bool = False,
    ) -> Loaded:
        from linodctl.config.loading import Outside, load_files

        outside = Outside(self._environ, discovered, overrides, self._clock.now(), looked)
        return load_files(self.paths, outside, unresolved)
