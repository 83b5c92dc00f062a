"""A Python that starts as fast as Python does: the yardstick of whatever starts a program."""

from __future__ import annotations

import os
import sys
import tempfile
import venv
from functools import cache
from pathlib import Path


@cache
def bare_python() -> str:
    """An interpreter of a venv in which nothing is installed: what is installed may make every start slower."""
    folder = Path(tempfile.gettempdir()) / f"bare-venv-{os.getuid()}-{sys.version_info.major}.{sys.version_info.minor}"
    if not (folder / "bin" / "python").exists():
        venv.create(folder, with_pip=False, symlinks=True)
    return str(folder / "bin" / "python")
