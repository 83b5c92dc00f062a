"""What a loaded configuration depended on, and a cheap way to tell whether any of that has changed.

Files are compared by what `stat` says of them, so a check costs microseconds per file and reads none.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from linodctl import __version__
from linodctl.config.discovery import Discovered, Overrides
from linodctl.config.globs import matches
from linodctl.config.machine import machine_zone


@dataclass(frozen=True, slots=True)
class Watch:
    """Everything outside that had a say."""

    paths: tuple[str, ...]
    """The files that were asked for."""
    files: tuple[str, ...]
    """All files that were read."""
    patterns: tuple[tuple[str, str], ...]
    """Include globs: base folder and pattern."""
    variables: tuple[str, ...]
    """Names of environment variables."""

    def to_json(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_json(cls, document: Mapping[str, Any]) -> Watch:
        return cls(
            paths=tuple(document["paths"]),
            files=tuple(document["files"]),
            patterns=tuple((folder, pattern) for folder, pattern in document["patterns"]),
            variables=tuple(document["variables"]),
        )


def fingerprint(
    watch: Watch, environ: Mapping[str, str], discovered: Sequence[Discovered], overrides: Overrides
) -> str:
    """A digest that changes when the configuration might have; the values of variables can't be read out of it."""
    facts = [
        __version__,
        watch.paths,
        [_stat(file) for file in watch.files],
        [matches(folder, pattern) for folder, pattern in watch.patterns],
        [environ.get(name) for name in (*watch.variables, "LINODCTL_STATE")],
        machine_zone(environ),
        [[row.module, row.name, row.func, row.options] for row in discovered],
        {task: {name: [said.value, said.who, str(said.at)] for name, said in options.items()}
         for task, options in overrides.items()},
    ]  # fmt: skip
    return hashlib.sha256(json.dumps(facts, sort_keys=True, default=str).encode()).hexdigest()


def is_current(
    document: Mapping[str, Any],
    paths: Sequence[Path],
    environ: Mapping[str, str],
    *,
    discovered: Sequence[Discovered] = (),
    overrides: Overrides | None = None,
) -> bool:
    """Whether what `Loaded.to_json` gave is what `load` would give again for these paths."""
    try:
        watch = Watch.from_json(document["watch"])
        if watch.paths != tuple(str(path.absolute()) for path in paths):
            return False
        return bool(document["fingerprint"] == fingerprint(watch, environ, discovered, overrides or {}))
    except (KeyError, TypeError, ValueError):  # a cache of another shape is no cache
        return False


def _stat(file: str) -> list[int] | None:
    try:
        found = Path(file).stat()
    except OSError:
        return None
    return [found.st_mtime_ns, found.st_ctime_ns, found.st_size, found.st_ino, found.st_dev]
