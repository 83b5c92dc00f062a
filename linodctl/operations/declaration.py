"""The config together with what the state file remembers for it: options set at run time, decorated functions, and
dotted paths that the runner could not resolve."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from linodctl.clock import Clock
from linodctl.config.fingerprint import is_current
from linodctl.config.rows import Incomplete
from linodctl.operations.cache import ConfigCache
from linodctl.store import open_reader
from linodctl.store.place import size_of
from linodctl.values import Value, replace

if TYPE_CHECKING:
    from linodctl.config.discovery import Discovered, Override
    from linodctl.config.loaded import Loaded
    from linodctl.config.loading import Declared, Files
    from linodctl.store.reading import Reader

UNRESOLVED = "unresolved"
"""The note in which the runner keeps the dotted paths that didn't resolve, each with the reason. (Its own constant has
the same value, which a test sees to: importing it would import the executor.)"""

Overrides = Mapping[str, Mapping[str, "Override"]]


class Memory(Value):
    """What the state file has to say to the config."""

    overrides: Overrides
    discovered: Sequence[Discovered]
    unresolved: Mapping[str, str]


class Declaration:
    """Reads a site's config as often as asked. A config that hasn't changed since it was read last may come from the
    cache."""

    def __init__(self, paths: Sequence[Path], environ: Mapping[str, str], state: str | None, clock: Clock) -> None:
        self._environ = environ
        self._state = state
        self._clock = clock
        self._lean: Loaded | None = None
        """What `load_lean` gave last."""
        self.found(paths)

    def found(self, paths: Sequence[Path]) -> None:
        """These are the config's files from now on."""
        self.paths = tuple(paths)
        self._cache = ConfigCache(self.paths, self._environ)

    def load(self) -> Loaded:
        """The config as it is on disk now, read anew. ConfigError with every problem of every file.

        Names that decorated functions may stand for are no problem until somebody has looked for those.
        """
        return self._loaded(self._read())

    def load_as_running(self) -> Loaded:
        """The config as it is on disk now; tasks whose code the runner could not find are disabled, as they are in the
        runner. ConfigError with every problem of every file."""
        kept = self._recalled(lean=False)
        return kept if kept is not None else self._read_and_kept()

    def load_lean(self, *, looked: bool = False, meanwhile: Callable[[], None] | None = None) -> Loaded:
        """The config as it is on disk now, for a process that goes on for months: where it has to be read anew, another
        process does that, and it can't tell where its options were said. ConfigError with every problem of every file.

        With `looked` somebody has looked through the modules of `discover`: every name has to stand for something. What
        is to be done `meanwhile` is done if the other process takes its time.
        """
        last, self._lean = self._lean, None
        if last is None or self._memory_beside(last.to_json(), looked) is None:
            last = self._recalled(lean=True, looked=looked) or self._read_apart(looked, meanwhile)
        self._lean = last
        return last

    def load_discovering(self, discovered: Sequence[Discovered]) -> Loaded:
        """As `load`, with these decorated functions in place of the remembered ones: they are all there are."""
        files = self._files()
        return self._loaded(self._declared(files, replace(self._memory_of(files), discovered=discovered), looked=True))

    def check_overrides(self, overrides: Mapping[str, Mapping[str, Override]]) -> None:
        """ConfigError if the config had problems with these overrides, by task, in place of the tasks' present ones."""
        files = self._files()
        memory = self._memory_of(files)
        self._declared(files, replace(memory, overrides={**memory.overrides, **overrides}))

    def read_for_another(self, *, looked: bool = False) -> dict[str, Any]:
        """The document of `load_lean`, kept in the cache as well: what the other process does for it."""
        document = self._read(looked=looked).document
        self._cache.keep(document)
        return document

    def state_path(self, declared: Path) -> Path:
        """The state file: `--state` and $LINODCTL_STATE win over what the config declares."""
        return self.stated() or declared

    def stated(self) -> Path | None:
        """The state file that `--state` or $LINODCTL_STATE names: nothing needs to be read to know it."""
        return Path(self._state).absolute() if self._state else None

    def still_gives(self, document: dict[str, Any], memory: Memory, looked: bool = False) -> bool:
        """Whether reading the config with that memory would give this document again; costs a few looks at files."""
        return is_current(
            document,
            self.paths,
            self._environ,
            discovered=memory.discovered,
            overrides=memory.overrides,
            looked=looked,
        )

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

    # --- as it was read before ----------------------------------------------------------------------

    def _recalled(self, *, lean: bool, looked: bool = False) -> Loaded | None:
        """What the cache has; None if reading the config again might give something else."""
        with self._cache.recall() as kept:
            memory = self._memory_beside(kept.head, looked) if kept is not None else None
            if kept is None or memory is None:
                return None
            from linodctl.config.loaded import assemble

            with contextlib.suppress(
                Incomplete, ValueError, LookupError, TypeError, AttributeError
            ):  # a broken cache is no cache
                if lean:
                    return assemble(kept.head, streamed=kept.rows())
                return assemble({**kept.head, "rows": list(kept.rows())}).without(memory.unresolved)
        return None

    def _memory_beside(self, document: dict[str, Any], looked: bool) -> Memory | None:
        """The memory that goes with a document; None if reading the config again might give another."""
        try:
            declared = Path(document["settings"]["state"])
        except (KeyError, TypeError):  # a cache of another shape is no cache
            return None
        memory = self._memory_in(self.state_path(declared))
        return memory if self.still_gives(document, memory, looked) else None

    # --- read anew ------------------------------------------------------------------------------------

    def _read_and_kept(self) -> Loaded:
        files = self._files()
        memory = self._memory_of(files)
        declared = self._declared(files, memory)
        self._cache.keep(declared.document)
        return self._loaded(declared).without(memory.unresolved)

    def _read_apart(self, looked: bool, meanwhile: Callable[[], None] | None) -> Loaded:
        from linodctl.operations.apart import read_apart

        try:
            return read_apart(self.paths, self._environ, self._state, looked, meanwhile)
        except OSError:  # the machine has no room for one more process: it can be read here, too
            return self._loaded(self._read(looked=looked))

    def _read(self, *, looked: bool = False) -> Declared:
        files = self._files()
        return self._declared(files, self._memory_of(files), looked=looked)

    def _loaded(self, declared: Declared) -> Loaded:
        from linodctl.config.loaded import assemble

        return assemble(declared.document, rules=declared.rules)

    def _files(self) -> Files:
        from linodctl.config.loading import Files

        return Files(self.paths, self._environ)

    def _declared(self, files: Files, memory: Memory, *, looked: bool = False) -> Declared:
        from linodctl.config.loading import Outside

        return files.declared(Outside(memory.discovered, memory.overrides, self._clock.now(), looked))

    def _memory_of(self, files: Files) -> Memory:
        return self._memory_in(self.state_path(files.state))

    def _memory_in(self, state: Path) -> Memory:
        if size_of(state) is None:  # making an empty one to look into would take as long as reading a hundred tasks
            return Memory({}, (), {})
        with open_reader(state) as reader, reader.snapshot():
            return memory_of(reader)


def memory_of(reader: Reader) -> Memory:
    """What this state file has to say to the config."""
    unresolved = reader.note(UNRESOLVED)
    return Memory(reader.overrides(), reader.discovered(), unresolved if isinstance(unresolved, dict) else {})
