"""What is at the state file's path, as far as it can be told without opening it, and how SQLite is told of it."""

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


def uri_of(path: Path, options: str) -> str:
    """The file as SQLite takes it together with options (https://sqlite.org/uri.html); pathlib's own spelling needs
    all that there is for the addresses of the web."""
    name = str(path.absolute()).replace("%", "%25").replace("?", "%3f").replace("#", "%23")
    return f"file://{name}?{options}"
