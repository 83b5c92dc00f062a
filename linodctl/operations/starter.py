"""`init`: a commented config and example procedures that run as they are; nothing that exists is overwritten."""

from __future__ import annotations

import os
import stat
from importlib.resources import files
from pathlib import Path

from linodctl.errors import LinodctlError, UsageError

STARTERS = ("linodctl.yaml", "jobs.py")
"""The files of `init_template` that are written."""
OTHERS_MAY_WRITE = stat.S_IWGRP | stat.S_IWOTH
"""Not even under a generous umask: what they wrote would be run."""


def init(folder: Path) -> list[Path]:
    """Write the starter files into the folder, which is made if need be; the paths. UsageError if one is there."""
    wanted = [folder / name for name in STARTERS]
    present = [path for path in wanted if path.exists() or path.is_symlink()]
    if present:
        raise UsageError(f"{present[0]} is there already; name another folder, or move the file away")
    templates = files(f"{__package__}.init_template")
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for path in wanted:
            with path.open("x", encoding="utf-8") as file:
                os.fchmod(file.fileno(), stat.S_IMODE(os.fstat(file.fileno()).st_mode) & ~OTHERS_MAY_WRITE)
                file.write(templates.joinpath(path.name).read_text(encoding="utf-8"))
    except OSError as error:
        raise LinodctlError(f"{error.filename or folder} can't be written: {error.strerror}") from error
    return wanted
