"""The machine's time zone, for sites that name none."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from zoneinfo import ZoneInfo


def machine_zone(environ: Mapping[str, str], etc: Path = Path("/etc")) -> str:
    """The IANA name in `$TZ`, `/etc/timezone` or behind the link `/etc/localtime`; UTC when none of them tells."""
    for name in (environ.get("TZ", "").removeprefix(":"), _first_line(etc / "timezone"), _target(etc / "localtime")):
        name = name.rpartition("/zoneinfo/")[2]
        if name and _is_zone(name):
            return name
    return "UTC"


def _first_line(file: Path) -> str:
    try:
        return file.read_text(errors="replace").strip().partition("\n")[0]
    except OSError:
        return ""


def _target(link: Path) -> str:
    try:
        return str(link.readlink())
    except OSError:
        return ""


def _is_zone(name: str) -> bool:
    try:
        ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        return False
    return True
