"""What is declared for the whole site, with its defaults filled in and its paths made absolute."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from linodctl.config import keys
from linodctl.config.gather import Gathered
from linodctl.config.machine import machine_zone
from linodctl.config.nodes import place_of_value
from linodctl.config.shape import Shaped
from linodctl.config.state_file import state_of
from linodctl.values import astuple

HISTORY: dict[str, Any] = {"keep": 1000, "for": "90d", "log_bytes": "1MiB"}
LOG: dict[str, Any] = {"file": None, "level": "INFO", "format": "text", "rotate": {}}
METRICS: dict[str, Any] = {"listen": None}
ROTATE: dict[str, Any] = {"bytes": "10MiB", "keep": 5}


def settings_of(shaped: Shaped, gathered: Gathered, environ: Mapping[str, str]) -> dict[str, Any]:
    """The settings as plain values that JSON can hold."""
    values = shaped.values
    folder = gathered.files[0].parent
    log = LOG | values.get("log", {})
    return {
        "site": values.get("site", folder.name or "site"),
        "timezone": values.get("timezone") or machine_zone(environ),
        "state": state_of(shaped.tree, folder, environ),
        "pythonpath": _pythonpath(shaped) or [str(folder)],
        "setup": values.get("setup"),
        "preload": values.get("preload", []),
        "discover": values.get("discover", []),
        "env": {**gathered.env, **values.get("env", {})},
        "from_env_files": gathered.env,
        "max_parallel": values.get("max_parallel", 10),
        "drain": values.get("drain", "30s"),
        "limits": values.get("limits", {}),
        "calendars": values.get("calendars", {}),
        "notify": values.get("notify", {}),
        "metrics": METRICS | values.get("metrics", {}),
        "history": HISTORY | values.get("history", {}),
        "log": log
        | {
            "file": log["file"] and str(beside(shaped, ("log", "file"), log["file"])),
            "rotate": ROTATE | log["rotate"],
        },
        "folder": str(folder),
        "files": [str(file) for file in gathered.files],
        "places": {key: [*astuple(place_of_value(shaped.tree, (key,)))] for key in keys.CHECKED_LATER if key in values},
    }


def beside(shaped: Shaped, path: tuple[str | int, ...], file: str) -> Path:
    """A path as meant by the file that says it."""
    return Path(place_of_value(shaped.tree, path).file).parent / file


def _pythonpath(shaped: Shaped) -> list[str]:
    folders = shaped.values.get("pythonpath", [])
    return [str(beside(shaped, ("pythonpath", at), folder)) for at, folder in enumerate(folders)]
