"""What is at the state file's path, as far as it can be told without opening it."""

from __future__ import annotations

import stat
from pathlib import Path

from linodctl.errors import StateError


def size_of(path: Path) -> int | None:
    """The file's size in bytes; None if there is none. StateError for what is no ordinary file."""
    try:
        status = path.stat()
    except FileNotFoundError:
        return None
    except OSError as error:
        raise StateError(f"the state file {path} can't be reached: {error.strerror}") from error
    if stat.S_ISDIR(status.st_mode):
        raise StateError(f"the state file {path} is a folder; name a file in it with --state")
    if not stat.S_ISREG(status.st_mode):
        raise StateError(f"the state file {path} is not an ordinary file; name another one with --state")
    return status.st_size
