"""A first look at a config: what it says of the site as a whole, before its tasks are understood.

Only the config knows where the state file is, and only with the state file's memory can the tasks be read.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any


def peek(paths: Sequence[Path], environ: Mapping[str, str]) -> dict[str, Any]:
    """The settings with their defaults, as far as they can be read; reading the config in full tells the problems."""
    from linodctl.config.gather import gather
    from linodctl.config.problems import Problems
    from linodctl.config.settings import settings_of
    from linodctl.config.shape import check_shape

    unheard = Problems()
    gathered = gather(paths, environ, unheard)
    return settings_of(check_shape(gathered.tree, unheard), gathered, environ)
