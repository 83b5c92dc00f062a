"""What a loaded configuration depended on, and a cheap way to tell whether any of that has changed.

Files are compared by what `stat` said of them before they were read, so a check costs microseconds per file, and a
file that was replaced while it was being read counts as changed.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from linodctl import __version__
from linodctl.config.disk import Stat, matches, stat_of
from linodctl.config.machine import machine_zone
from linodctl.digests import blake2b
from linodctl.values import Value, asdict

if TYPE_CHECKING:
    from linodctl.config.discovery import Discovered, Overrides

Globs = Mapping[tuple[str, str], Sequence[str]]


class Watch(Value):
    """Everything outside that had a say, as it was when it was read."""

    paths: tuple[str, ...]
    """The files that were asked for."""
    stats: Mapping[str, Stat]
    """All files that were read."""
    globs: Sequence[tuple[str, str, Sequence[str]]]
    """Includes: base folder, pattern, and what it found."""
    variables: tuple[str, ...]
    """Names of environment variables."""

    def to_json(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def as_it_is_now(cls, document: Mapping[str, Any]) -> Watch:
        """The same things, looked at again; `document` is what `to_json` gave."""
        return cls(
            paths=tuple(document["paths"]),
            stats={file: stat_of(file) for file in document["stats"]},
            globs=[(folder, pattern, matches(folder, pattern)) for folder, pattern, _ in document["globs"]],
            variables=tuple(document["variables"]),
        )


def fingerprint(
    watch: Watch, environ: Mapping[str, str], discovered: Sequence[Discovered], overrides: Overrides
) -> str:
    """A digest that changes when the configuration might have; the values of variables can't be read out of it."""
    facts = [
        __version__,
        watch.to_json(),
        [environ.get(name) for name in (*watch.variables, "LINODCTL_STATE")],
        machine_zone(environ),
        [[row.module, row.name, row.func, row.options] for row in discovered],
        [
            [task, option, said.value, said.who, str(said.at)]
            for task, options in overrides.items()
            for option, said in options.items()
        ],
    ]
    return blake2b(json.dumps(facts, sort_keys=True, default=str).encode(), digest_size=32).hexdigest()


def is_current(
    document: Mapping[str, Any],
    paths: Sequence[Path],
    environ: Mapping[str, str],
    *,
    discovered: Sequence[Discovered] = (),
    overrides: Overrides | None = None,
    looked: bool = False,
) -> bool:
    """Whether what `Loaded.to_json` gave is what `load` would give again for these paths. (The rows may be missing.)"""
    try:
        if not document["settled"] or (looked and not document["complete"]):
            return False
        watch = Watch.as_it_is_now(document["watch"])
        now = fingerprint(watch, environ, discovered, overrides or {})
        return watch.paths == _texts(paths) and bool(document["fingerprint"] == now)
    except (KeyError, TypeError, ValueError, AttributeError):  # a cache of another shape is no cache
        return False


def watch_of(paths: Sequence[Path], stats: Mapping[str, Stat], globs: Globs, variables: Iterable[str]) -> Watch:
    """What `is_current` will look at again, in a form that JSON can hold."""
    found = [(folder, pattern, files) for (folder, pattern), files in globs.items()]
    return Watch(_texts(paths), stats, found, tuple(sorted(variables)))


def _texts(paths: Sequence[Path]) -> tuple[str, ...]:
    return tuple(str(path.absolute()) for path in paths)
