"""The config together with what the state file remembers for it: options set at run time, decorated functions, and
dotted paths that the runner could not resolve."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from linodctl.clock import Clock
from linodctl.config import load
from linodctl.operations.peek import peek
from linodctl.store import open_reader

if TYPE_CHECKING:
    from linodctl.config import Loaded
    from linodctl.config.discovery import Discovered, Override

UNRESOLVED = "unresolved"
"""The note in which the runner keeps the dotted paths that didn't resolve, each with the reason."""

Overrides = Mapping[str, Mapping[str, "Override"]]


class _Memory(NamedTuple):
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

    def load(self, *, unresolved: Mapping[str, str] | None = None) -> Loaded:
        """The config as it is on disk now. ConfigError with every problem of every file."""
        memory = self._remembered()
        return self._load(memory.overrides, memory.discovered, unresolved or {})

    def load_as_running(self) -> Loaded:
        """As `load`; tasks whose code the runner could not find are disabled, as they are in the runner."""
        memory = self._remembered()
        return self._load(memory.overrides, memory.discovered, memory.unresolved)

    def load_discovering(self, discovered: Sequence[Discovered]) -> Loaded:
        """As `load`, with these decorated functions in place of the remembered ones."""
        return self._load(self._remembered().overrides, discovered, {})

    def check_overrides(self, task: str, options: Mapping[str, Override]) -> None:
        """ConfigError if the config had problems with these overrides of the task in place of its present ones."""
        memory = self._remembered()
        self._load({**memory.overrides, task: options}, memory.discovered, {})

    def state_path(self) -> Path:
        """The state file: `--state` and $LINODCTL_STATE win over the config."""
        if self._state:
            return Path(self._state).absolute()
        return Path(peek(self.paths, self._environ)["state"])

    def _remembered(self) -> _Memory:
        with open_reader(self.state_path()) as reader, reader.snapshot():
            return _Memory(reader.overrides(), reader.discovered(), reader.note(UNRESOLVED) or {})

    def _load(self, overrides: Overrides, discovered: Sequence[Discovered], unresolved: Mapping[str, str]) -> Loaded:
        return load(
            self.paths,
            environ=self._environ,
            discovered=discovered,
            overrides=overrides,
            unresolved=unresolved,
            now=self._clock.now(),
        )
