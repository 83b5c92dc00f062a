"""Procedures that many sites need, each a plain function in a small file of its own that may serve as an example.

They are named in a config as `linodctl.procedures.shell` and so on. A file is imported when its function is first asked
for, so that a run that copies a database doesn't load an HTTP client.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from linodctl.procedures.machine import sample_machine
    from linodctl.procedures.old_files import delete_old_files
    from linodctl.procedures.shell_command import shell
    from linodctl.procedures.sqlite_backup import backup_sqlite
    from linodctl.procedures.web_page import http_get

__all__ = ["backup_sqlite", "delete_old_files", "http_get", "sample_machine", "shell"]

# No file is named like its function: importing it would put the module in the function's place.
_FILES = {
    "backup_sqlite": "sqlite_backup",
    "delete_old_files": "old_files",
    "http_get": "web_page",
    "sample_machine": "machine",
    "shell": "shell_command",
}


def __getattr__(name: str) -> Any:
    if name not in _FILES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module(f"{__name__}.{_FILES[name]}"), name)


def __dir__() -> list[str]:
    return sorted({*globals(), *_FILES})
