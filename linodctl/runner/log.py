"""The runner's own log: to stderr for whoever looks, and to the site's log file if the config names one."""

from __future__ import annotations

import json
import logging
import logging.handlers
import sys
from datetime import UTC, datetime, tzinfo
from typing import Any

from linodctl.config import LogConfig
from linodctl.texts import printable

COLORS = {logging.WARNING: "\033[33m", logging.ERROR: "\033[31m", logging.CRITICAL: "\033[1;31m"}
RESET = "\033[0m"


def set_up_log(config: LogConfig, zone: tzinfo, *, quiet: bool = False, color: bool = False) -> None:
    """Send the log of this process to stderr and, if declared, to a file that rotates by size."""
    root = logging.getLogger("linodctl")
    root.setLevel(config.level.number)
    root.propagate = False
    root.handlers.clear()
    console = logging.StreamHandler(sys.stderr)
    console.setLevel(logging.WARNING if quiet else logging.DEBUG)
    console.setFormatter(_formatter(config, zone, color))
    root.addHandler(console)
    if config.file is not None:
        rotating = logging.handlers.RotatingFileHandler(
            config.file, maxBytes=config.rotate_bytes, backupCount=config.rotate_keep, encoding="utf-8"
        )
        rotating.setFormatter(_formatter(config, zone, color=False))
        root.addHandler(rotating)


def _formatter(config: LogConfig, zone: tzinfo, color: bool) -> logging.Formatter:
    return JsonLines(zone) if config.format == "json" else TextLines(zone, color)


class TextLines(logging.Formatter):
    """`2026-11-24 10:30:00+02:00 INFO     checkdata: run 12 started (schedule)`"""

    def __init__(self, zone: tzinfo, color: bool) -> None:
        super().__init__()
        self._zone = zone
        self._color = color

    def format(self, record: logging.LogRecord) -> str:
        time = _time(record, self._zone).isoformat(" ", "seconds")
        line = f"{time} {record.levelname:<8} {printable(record.getMessage())}"
        paint = COLORS.get(record.levelno) if self._color else None
        return f"{paint}{line}{RESET}" if paint else line


class JsonLines(logging.Formatter):
    """One JSON object a line: time, level, event, message. In ASCII, so that no terminal can be hurt by it."""

    def __init__(self, zone: tzinfo) -> None:
        super().__init__()
        self._zone = zone

    def format(self, record: logging.LogRecord) -> str:
        shape: dict[str, Any] = {
            "time": _time(record, self._zone).isoformat(),
            "level": record.levelname,
            "event": getattr(record, "event", None),
            "message": record.getMessage(),
        }
        return json.dumps(shape)


def _time(record: logging.LogRecord, zone: tzinfo) -> datetime:
    return datetime.fromtimestamp(record.created, UTC).astimezone(zone)
