"""On what the figures were taken: the machine, its load, Python and the versions of everybody."""

from __future__ import annotations

import os
import platform
import sqlite3
from datetime import UTC, datetime
from pathlib import Path

from benchmarks.asking import absence, versions
from benchmarks.everybody import CONTENDERS


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
    """Distribution → version, of all contenders that are there; of the others, why not."""
    found: dict[str, str] = {}
    for name in CONTENDERS:
        missing = absence(name)
        for distribution, version in versions(name).items():
            found[distribution] = version or "not installed"
        if missing and missing not in found.values():
            found[name] = missing
    return found


def _after(file: str, key: str) -> str:
    for line in Path(file).read_text().splitlines():
        if line.startswith(key):
            return line.partition(":")[2].strip()
    return "?"
