"""What was declared: finds, reads and checks a site's configuration. Heavy parts are imported when they are used."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from linodctl.config.find import find_config
from linodctl.config.problems import BadValue, ConfigError, Problem

if TYPE_CHECKING:
    from linodctl.config.discovery import Discovered, Overrides
    from linodctl.config.loaded import History, Loaded, LogConfig

__all__ = [
    "BadValue",
    "ConfigError",
    "History",
    "Loaded",
    "LogConfig",
    "Problem",
    "find_config",
    "json_schema",
    "load",
]


def load(
    paths: Sequence[Path],
    *,
    environ: Mapping[str, str],
    discovered: Sequence[Discovered] = (),
    overrides: Overrides | None = None,
    unresolved: Mapping[str, str] | None = None,
    now: datetime | None = None,
    looked: bool = False,
) -> Loaded:
    """The site declared in these files; raises ConfigError with every problem when any of them is an error.

    `discovered` are the rows of decorated functions, `overrides` what was `set` at run time. A task whose dotted path
    is a key of `unresolved` is disabled with that reason. With `now`, rules that have expired are warnings.
    Unless somebody has `looked` through the modules of `discover`, what a name there may explain is left out, and is no
    problem.
    """
    from linodctl.config.loaded import assemble
    from linodctl.config.loading import Files, Outside

    declared = Files(paths, environ).declared(Outside(discovered, overrides or {}, now, looked))
    return assemble(declared.document, rules=declared.rules).without(unresolved or {})


def json_schema() -> dict[str, Any]:
    """The JSON Schema (draft 2020-12) of a configuration file."""
    from linodctl.config.schema import make_schema

    return make_schema()


def __getattr__(name: str) -> Any:
    if name in ("History", "Loaded", "LogConfig"):
        from linodctl.config import loaded

        return getattr(loaded, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
