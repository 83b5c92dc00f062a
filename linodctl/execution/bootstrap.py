"""What happens once, before any procedure: the import path, the site's `setup`, the modules to `preload`."""

from __future__ import annotations

import importlib
import os
import sys
import traceback
from collections.abc import Callable, Iterable
from functools import partial
from importlib.machinery import PathFinder
from pathlib import Path

from linodctl.clock import seconds_since
from linodctl.execution.job import CantRun
from linodctl.execution.resolve import ResolveError, import_module, resolve

_LIBRARY = str(Path(os.__file__).parent) + os.sep
_PACKAGES = tuple(f"{_LIBRARY}{name}{os.sep}" for name in ("site-packages", "dist-packages"))

_SETTLED = 10.0
"""Seconds without a change after which the next one is sure to leave another time of change."""
_NO_MODULE = "no module has spaces in its name"

FileStamp = tuple[str, int, int]
"""Path, time of change in nanoseconds, size in bytes."""


class SetupError(CantRun):
    """The site's `setup` or `preload` failed; no procedure can run."""


def prepare(pythonpath: Iterable[str], setup: str | None, preload: Iterable[str]) -> list[FileStamp]:
    """Make this process ready for the site's procedures; the files that this imported. Raises SetupError."""
    sys.path[:0] = [folder for folder in pythonpath if folder not in sys.path]
    before = set(sys.modules)
    if setup is not None:
        _guarded("setup", setup, lambda: resolve(setup)())
    for name in preload:
        _guarded("preload", name, partial(import_module, name))
    return stamps(_files(set(sys.modules) - before))


def stamps(paths: Iterable[str]) -> list[FileStamp]:
    """What tells whether these files change later on; a file that isn't there has the stamp of nothing."""
    return [(path, *_stamp(path)) for path in paths]


def changed(known: Iterable[FileStamp]) -> bool:
    """Whether one of the files is not what it was."""
    return any(_stamp(path) != (time, size) for path, time, size in known)


def list_folders() -> None:
    """Look into the folders of the import path, so that a child needn't.

    A child finds the files that are there when it looks, not those of now: a folder that has changed since, it lists
    anew. One that changes often, or that a link may lead elsewhere, is not kept: its time of change could be the same.
    """
    importlib.invalidate_caches()
    PathFinder.find_spec(_NO_MODULE)
    forget_young_folders()


def forget_young_folders() -> None:
    """To be called whenever this process has looked for a module."""
    for folder, finder in sys.path_importer_cache.items():
        if finder is not None and not _is_settled(folder):
            finder.invalidate_caches()  # type: ignore[attr-defined]  # typeshed knows only part of what finders have


def was_long_ago(stamp: float) -> bool:
    """Whether a change of now would leave another stamp than this one, in seconds since the epoch."""
    return seconds_since(stamp) > _SETTLED


def _is_settled(folder: str) -> bool:
    try:
        return os.path.realpath(folder) == folder and was_long_ago(os.stat(folder).st_mtime)  # noqa: PTH116
    except OSError:
        return False


class Imports:
    """The files that this process imports from now on, each as it was when it was first noted.

    What the zygote imported before is its runner's to watch, and the interpreter's own library changes with that alone.
    """

    def __init__(self) -> None:
        self._seen = set(sys.modules)
        self._latest = _latest()
        self._stamps: dict[str, tuple[int, int]] = {}

    def note(self) -> None:
        """Look for files imported since the last look: the sooner after an import, the less can slip through."""
        if (latest := _latest()) == self._latest:
            return
        self._latest = latest
        new = sys.modules.keys() - self._seen
        if new:
            self._seen |= new
            self._stamps.update((path, _stamp(path)) for path in _files(new) if not _is_library(path))

    def changed(self) -> bool:
        """Whether one of them is not what it was: this process runs old code."""
        return bool(self._stamps) and any(_stamp(path) != stamp for path, stamp in self._stamps.items())


def _latest() -> tuple[int, str]:
    """How many modules there are and which one came last: what is imported changes that."""
    return len(sys.modules), next(reversed(sys.modules))


def _guarded(option: str, name: str, action: Callable[[], object]) -> None:
    try:
        action()
    except ResolveError as error:  # it names what it is about
        raise SetupError(f"{option}: {error}", error.detail) from None
    except BaseException as error:  # it may call sys.exit(): still no way to go on
        raise SetupError(f"{option}: {name}: {type(error).__name__}: {error}", traceback.format_exc()) from None


def _files(modules: Iterable[str]) -> list[str]:
    found = (getattr(sys.modules.get(name), "__file__", None) for name in modules)
    return sorted({path for path in found if isinstance(path, str)})


def _is_library(path: str) -> bool:
    return path.startswith(_LIBRARY) and not path.startswith(_PACKAGES)


def _stamp(path: str) -> tuple[int, int]:
    try:
        status = os.stat(path)  # noqa: PTH116 - a Path takes longer, and this is asked for each file before each run
    except OSError:
        return 0, 0
    return status.st_mtime_ns, status.st_size
