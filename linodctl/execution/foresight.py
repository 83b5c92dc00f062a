"""Where procedures' modules are, looked up once in the zygote: its children only make sure that this still holds.

Nothing of a module is run here, its code is read. A child uses it if all that could lead elsewhere is as it was: the
beginning of the import path, the folders there, and the file. Else it looks for the module itself, as it does for all
others.
"""

from __future__ import annotations

import gc
import os
import sys
import warnings
from collections.abc import Sequence
from importlib.machinery import FileFinder, ModuleSpec, PathFinder, SourceFileLoader, all_suffixes
from pathlib import Path
from types import CodeType
from typing import NamedTuple

from linodctl.execution.bootstrap import forget_young_folders, was_long_ago

_Stamp = tuple[int, int, int, int] | None
"""Which file it is, when its content and when its inode last changed, its size; None: there is none."""


class _Known(NamedTuple):
    spec: ModuleSpec
    path: list[str]
    """The import path up to the folder in which the module was found."""
    stamps: list[tuple[str, _Stamp]]

    def holds(self, path: Sequence[str] | None) -> bool:
        searched = sys.path if path is None else path
        return list(searched[: len(self.path)]) == self.path and all(_stamp(file) == was for file, was in self.stamps)


class Foresight:
    """A finder for `sys.meta_path`."""

    def __init__(self) -> None:
        self._known: dict[str, _Known] = {}

    def install(self) -> None:
        """Be asked where the import path would be looked through, and before."""
        if PathFinder in sys.meta_path:
            sys.meta_path.insert(sys.meta_path.index(PathFinder), self)

    def learn(self, module: str) -> None:
        """Look for a module and the packages around it. Nothing happens if that is not as easy as it mostly is."""
        path: Sequence[str] | None = None
        parts = module.split(".")
        for name in (".".join(parts[: i + 1]) for i in range(len(parts))):
            if name in sys.modules:
                path = getattr(sys.modules[name], "__path__", ())
                continue
            known = self._known.pop(name, None)
            if known is None or not known.holds(path):
                known = _look_for(name, path)
            if known is None:
                break
            self._known[name] = known
            path = known.spec.submodule_search_locations or ()
        forget_young_folders()
        gc.freeze()

    def find_spec(self, name: str, path: Sequence[str] | None = None, target: object = None) -> ModuleSpec | None:
        known = self._known.get(name)
        return known.spec if known is not None and known.holds(path) else None


class _Loader(SourceFileLoader):
    """Of a module whose code is here already."""

    def __init__(self, name: str, file: str, code: CodeType) -> None:
        super().__init__(name, file)
        self._code = code

    def get_code(self, fullname: str) -> CodeType:
        return self._code


def _look_for(name: str, path: Sequence[str] | None) -> _Known | None:
    try:
        with warnings.catch_warnings(record=True) as told:
            spec = PathFinder.find_spec(name, path)
            code = spec.loader.get_code(name) if spec is not None and type(spec.loader) is SourceFileLoader else None
        if told or spec is None or spec.origin is None or code is None:
            return None
        return _known(spec, spec.origin, code, list(sys.path if path is None else path))
    except Exception:  # whatever it is, the run that imports it will tell
        return None


def _known(spec: ModuleSpec, file: str, code: CodeType, path: list[str]) -> _Known | None:
    inner = str(Path(file).parent)
    is_package = spec.submodule_search_locations is not None
    home = str(Path(inner).parent) if is_package else inner
    if home not in path:
        return None
    folders = path[: path.index(home) + 1]
    if not all(map(_is_plain, folders)):
        return None
    tail = spec.name.rpartition(".")[2]
    found = [entry for folder in folders for entry in _candidates(folder, tail)]
    if is_package:
        found += _candidates(inner, "__init__")
    if found != ([inner, file] if is_package else [file]):
        return None  # a folder, say, that is no package yet may become one without a trace in the folder above it
    stamps = [(name, _stamp(name)) for name in [*folders, *found]]
    if not all(_is_settled(stamp) for _, stamp in stamps):
        return None
    spec.loader = _Loader(spec.name, file, code)
    spec.cached  # noqa: B018 - found out when it is first asked for
    return _Known(spec, folders, stamps)


def _is_plain(folder: str) -> bool:
    """Whether modules are looked for there by their files, wherever this process is."""
    return folder.startswith(os.sep) and type(sys.path_importer_cache.get(folder)) in (FileFinder, type(None))


def _candidates(folder: str, name: str) -> list[str]:
    """What could be imported from there under this name."""
    names = (name, *(name + suffix for suffix in all_suffixes()))
    return [file for file in map(f"{folder}{os.sep}".__add__, names) if _stamp(file) is not None]


def _stamp(file: str) -> _Stamp:
    try:
        status = os.stat(file)  # noqa: PTH116 - a Path takes longer, and a child asks for some files
    except OSError:
        return None
    return status.st_ino, status.st_mtime_ns, status.st_ctime_ns, status.st_size


def _is_settled(stamp: _Stamp) -> bool:
    return stamp is None or was_long_ago(max(stamp[1], stamp[2]) / 1e9)
