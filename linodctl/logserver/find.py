"""Where the log server of the site listens: found as the commands find the config, and the state file by it."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

LOG_SOCKET = "LINODCTL_LOG_SOCKET"
"""The environment variable by which a runner tells its workers where to log."""


def log_socket(state: Path) -> Path:
    """Where the log server of this state file listens."""
    return state.with_name(state.name + ".log.sock")


def find_log_socket(environ: Mapping[str, str] = os.environ, config: str | None = None) -> Path:
    """`config`'s; else $LINODCTL_LOG_SOCKET, else beside $LINODCTL_STATE, else of the config in the usual places.

    ConfigError if there is no config. One with mistakes is read as far as it goes: its `state` is all that counts.
    """
    chosen = environ.get(LOG_SOCKET)
    if chosen and config is None:
        return Path(chosen).absolute()
    state = environ.get("LINODCTL_STATE")
    if state and config is None:
        return log_socket(Path(state).absolute())
    from linodctl.config.find import find_config

    files = find_config([] if config is None else [config], environ)
    from linodctl.config.state_file import declared_state

    return log_socket(declared_state(files, environ))
