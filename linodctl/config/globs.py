"""Include globs. A module of its own so that checking a cache needs no YAML."""

from __future__ import annotations

import glob
from pathlib import Path


def matches(folder: str, pattern: str) -> list[str]:
    """The absolute paths that an include pattern, relative to `folder`, finds; in name order."""
    found = glob.glob(pattern, root_dir=folder, recursive=True)  # noqa: PTH207  # Path.glob refuses absolute patterns
    return sorted(str(Path(folder, path)) for path in found)
