"""The folder of one run of the benchmarks, which all that are asked know: for what is made once and used again."""

from __future__ import annotations

import os
import venv
from pathlib import Path

_FOLDER = "BENCHMARK_FOLDER"


def use(folder: Path) -> None:
    """From now on this is the folder, also for the processes that we start."""
    os.environ[_FOLDER] = str(folder)


def lasting(name: str) -> Path:
    """A place of this name in the folder. KeyError outside of a run."""
    return Path(os.environ[_FOLDER]) / name


def bare_python() -> str:
    """The yardstick of whatever starts a program: a Python in whose venv nothing makes the start any slower."""
    folder = lasting("bare-venv")
    if not (folder / "bin" / "python").exists():
        venv.create(folder, with_pip=False, symlinks=True)
    return str(folder / "bin" / "python")
