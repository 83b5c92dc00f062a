"""Whether the files of a config are still what was read from them. Needs no YAML.

Contents are compared by their digests, so that a file that was only touched, or written anew with the same text, is the
same; `stat` saves reading those that nobody has touched.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from linodctl.config.disk import matches, stat_of

if TYPE_CHECKING:
    from linodctl.config.loaded import Loaded

Footprint = dict[str, Any]
"""What `footprint` gives, in JSON's types."""


def footprint(loaded: Loaded) -> Footprint:
    """What was read: every file, env files too, as it was then, and what the includes found."""
    watch = loaded.watch
    return {
        "files": {file: [list(stat), _digest(file, stat)] for file, stat in watch["stats"].items()},
        "globs": [[folder, pattern, list(found)] for folder, pattern, found in watch["globs"]],
    }


def differing(known: Mapping[str, Any], paths: Iterable[Path] = ()) -> list[str]:
    """The files that are not what they were, are gone, or would be read now as well: by an include, or since they are
    among the config's `paths` now."""
    files = known["files"]
    changed = [file for file, (stat, digest) in files.items() if not _is_same(file, stat, digest)]
    new = dict.fromkeys([*map(str, paths), *_found(known["globs"])])
    return [*changed, *(file for file in new if file not in files)]


def _found(globs: Iterable[tuple[str, str, list[str]]]) -> list[str]:
    """What the includes find now and didn't find then."""
    return [file for folder, pattern, then in globs for file in matches(folder, pattern) if file not in then]


def _is_same(file: str, stat: Iterable[int], digest: str) -> bool:
    now = stat_of(file)
    return tuple(stat) == now or digest == _digest(file, now)


def _digest(file: str, stat: Iterable[int]) -> str:
    """A digest of the content, if `stat` is true of it; else a word that equals none."""
    import hashlib  # takes as long as all else that `status` does, and seldom is a file anything but untouched

    try:
        content = Path(file).read_bytes()
    except OSError:
        return "unreadable"
    return hashlib.sha256(content).hexdigest() if tuple(stat) == stat_of(file) else "changed meanwhile"
