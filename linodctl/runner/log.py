"""The runner's own log: to stderr for whoever looks, and to the site's log file if the config names one."""

from __future__ import annotations

import json
import logging
import logging.handlers
import os
import stat
import sys
from datetime import UTC, datetime, tzinfo
from io import TextIOWrapper
from pathlib import Path
from typing import Any

from linodctl.config import LogConfig
from linodctl.errors import LinodctlError
from linodctl.masking import known
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
        rotating = _log_file(config, config.file)
        rotating.setFormatter(_formatter(config, zone, color=False))
        root.addHandler(rotating)


def _log_file(config: LogConfig, path: Path) -> PrivateLogFile:
    try:
        return PrivateLogFile(path, maxBytes=config.rotate_bytes, backupCount=config.rotate_keep, encoding="utf-8")
    except OSError as error:
        raise LinodctlError(f"the log file {path} (log.file) can't be written: {error.strerror}") from error


class PrivateLogFile(logging.handlers.RotatingFileHandler):
    """A file that only its owner can read, whatever the umask; a mode that somebody gave it stays, rotation or not."""

    _mode = 0o600

    def _open(self) -> TextIOWrapper:
        opened = os.open(self.baseFilename, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, self._mode)
        status = os.fstat(opened)
        if not status.st_size and status.st_uid == os.geteuid():  # ours, new: give back what the umask took
            os.fchmod(opened, stat.S_IMODE(status.st_mode) | self._mode)
        self._mode = stat.S_IMODE(os.fstat(opened).st_mode)
        return os.fdopen(opened, "a", encoding=self.encoding)


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
        line = f"{time} {record.levelname:<8} {printable(known.text(record.getMessage()))}"
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
            "message": known.text(record.getMessage()),
        }
        return json.dumps(shape)


def _time(record: logging.LogRecord, zone: tzinfo) -> datetime:
    return datetime.fromtimestamp(record.created, UTC).astimezone(zone)
