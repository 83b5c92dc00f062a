"""Asking a contender: each answer comes from a process of its own, in the Python where the contender is installed."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from benchmarks.everybody import CONTENDERS
from benchmarks.paths import program_path
from benchmarks.procfs import end_tree

ROOT = Path(__file__).parents[1]
_peers: list[Path] = []


class Absent(Exception):
    """This contender can't be measured here, and why."""


class Failed(Exception):
    """It was asked and didn't do it; the last thing it said."""


def use_venv(folder: Path | None) -> None:
    """Where the peers are installed: `folder`, or `.venv-peers` beside the benchmarks, or the Python at hand."""
    places = [folder] if folder else [ROOT / ".venv-peers"]
    _peers[:] = [place / "bin" / "python" for place in places if (place / "bin" / "python").exists()]
    if folder and not _peers:
        raise SystemExit(f"--peers-venv: there is no {folder}/bin/python (make it with: python3 -m venv {folder})")


def python_of(name: str) -> str:
    contender = CONTENDERS[name]
    return str(_peers[0]) if contender.PEER and _peers else sys.executable


def environment() -> dict[str, str]:
    """The contender finds `benchmarks` wherever it runs, and no settings of whoever started us."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "LINODCTL"))}
    return kept | {"PYTHONPATH": str(ROOT)}


def command(name: str, function: str, options: Mapping[str, Any]) -> list[str]:
    return [python_of(name), "-m", "benchmarks.ask", name, function, json.dumps(options, default=str)]


def ask(name: str, function: str, options: Mapping[str, Any], *, timeout: float = 600) -> Any:
    """What the contender's function returns. Absent, Failed."""
    if missing := absence(name):
        raise Absent(missing)
    words, pipe = command(name, function, options), subprocess.PIPE
    with subprocess.Popen(words, env=environment(), stdout=pipe, stderr=pipe, text=True) as process:
        try:
            output, errors = process.communicate(timeout=timeout)
        except subprocess.TimeoutExpired:
            raise Failed(f"not done after {timeout:.0f} s") from None
        finally:
            if process.poll() is None:
                end_tree(process)
    if process.returncode or not output.strip():
        raise Failed((errors.strip().splitlines() or [f"exit {process.returncode}"])[-1])
    return json.loads(output.splitlines()[-1])


@cache
def versions(name: str) -> dict[str, str | None]:
    """The distributions this contender needs, as installed there; None for one that isn't."""
    wanted = CONTENDERS[name].DISTRIBUTIONS
    if not wanted:
        return {}
    done = subprocess.run(
        [python_of(name), "-m", "benchmarks.ask", "--versions", *wanted],
        env=environment(),
        capture_output=True,
        text=True,
        check=True,
    )
    found: dict[str, str | None] = json.loads(done.stdout)
    return found


def absence(name: str) -> str | None:
    """Why this contender can't be asked; None if it can."""
    for distribution, version in versions(name).items():
        if version is None:
            return f"{distribution} is not installed"
    for program in CONTENDERS[name].PROGRAMS:
        if program_path(program) is None:
            return f"there is no {program}"
    return None
