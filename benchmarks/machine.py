"""On what the figures were taken: the machine, its load, Python and the versions of everybody."""

from __future__ import annotations

import os
import platform
import sqlite3
from datetime import UTC, datetime
from pathlib import Path

from benchmarks.asking import versions
from benchmarks.everybody import CONTENDERS
from benchmarks.paths import program_path


def machine() -> dict[str, object]:
    return {
        "date": datetime.now(UTC).isoformat(timespec="minutes"),
        "cpu": _after("/proc/cpuinfo", "model name"),
        "cores": os.cpu_count(),
        "memory": _after("/proc/meminfo", "MemTotal"),
        "load": [round(load, 2) for load in os.getloadavg()],
        "kernel": f"{platform.system()} {platform.release()}",
        "python": platform.python_version(),
        "sqlite": sqlite3.sqlite_version,
    }


def everybody() -> dict[str, str]:
    """Distribution → its version where it is measured, or that it is absent; the same for servers that are."""
    found = {name: version or "absent" for contender in CONTENDERS for name, version in versions(contender).items()}
    programs = {program for contender in CONTENDERS.values() for program in contender.PROGRAMS}
    return found | {program: "absent" for program in programs if program_path(program) is None}


def _after(file: str, key: str) -> str:
    for line in Path(file).read_text().splitlines():
        if line.startswith(key):
            return line.partition(":")[2].strip()
    return "?"
