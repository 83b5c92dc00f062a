"""cronstable: yacron's successor, driven in the same way."""

from typing import Any

from benchmarks.contenders.yacron import runs, serve

__all__ = ["runs", "serve"]

PEER = True
DISTRIBUTIONS = ("cronstable",)
PROGRAMS: tuple[str, ...] = ()
TAKES_PART: dict[str, dict[str, dict[str, Any]]] = {
    "runs_fresh": {"cronstable": {"count": 100, "daemon": "cronstable"}},
    "idle": {"cronstable": {"daemon": "cronstable"}},
    "commands": {"cronstable --version": {"command": ["{bin}/cronstable", "--version"]}},
}
