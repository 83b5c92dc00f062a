"""How an entry of the site log reads: as a line for people, as a JSON document, or as the journal wants it.

What goes on over several lines is indented below the first, so that no text can pass for an entry of its own.
"""

from __future__ import annotations

import json
import logging
import os
from collections.abc import Mapping
from datetime import UTC, datetime, tzinfo
from typing import Any, Protocol

from linodctl.logserver.entry import Entry
from linodctl.texts import printable

COLORS = {logging.WARNING: "\033[33m", logging.ERROR: "\033[31m", logging.CRITICAL: "\033[1;31m"}
RESET = "\033[0m"
INDENT = "    "
OURS = "linodctl"
"""The logger of the runner itself, whose name and pid go without saying."""


class Lines(Protocol):
    """Turns an entry into one or more whole lines, the newline included."""

    def of(self, entry: Entry) -> str: ...


class TextLines:
    """`2026-11-24 10:30:00.250+02:00 INFO     mysite.views[4711]: page not found`; the runner's own without a name.

    Times are told in `zone`; None is the machine's.
    """

    def __init__(self, zone: tzinfo | None, color: bool = False) -> None:
        self._zone = zone
        self._color = color
        self._second = -1
        self._told = ("", "")

    def of(self, entry: Entry) -> str:
        time, level = entry.time, entry.level
        second = int(time)
        if second != self._second:  # most entries share their second with the one before
            told = datetime.fromtimestamp(second, UTC).astimezone(self._zone).isoformat(" ")
            self._told, self._second = (told[:19], told[19:]), second
        date, offset = self._told
        text = f"{date}.{int(time * 1000) % 1000:03}{offset} {level_name(level):<8} {text_of(entry)}"
        paint = COLORS.get(level) if self._color else None
        return f"{paint}{text}{RESET}\n" if paint else f"{text}\n"


class JournalLines:
    """`<4>mysite.views[4711]: page not found`: the priority is what systemd's journal takes it for; it has the time.

    See sd-daemon(3). Every line has the prefix, for the journal makes an entry of each.
    """

    def of(self, entry: Entry) -> str:
        mark = f"<{_priority(entry.level)}>"
        return f"{mark}{text_of(entry)}\n".replace("\n" + INDENT, f"\n{mark}{INDENT}")


class JsonLines:
    """One JSON object a line, in ASCII, so that no terminal can be hurt by it."""

    def __init__(self, zone: tzinfo) -> None:
        self._zone = zone

    def of(self, entry: Entry) -> str:
        return json.dumps(entry_shape(entry, self._zone)) + "\n"


def entry_shape(entry: Entry, zone: tzinfo) -> dict[str, Any]:
    """An entry in JSON, its time told in `zone`."""
    return {
        "time": datetime.fromtimestamp(entry.time, UTC).astimezone(zone).isoformat(),
        "level": level_name(entry.level),
        "logger": entry.logger,
        "pid": entry.pid,
        "process": entry.process,
        "event": entry.event,
        **entry.facts,
        "message": entry.message,
        "details": entry.details or None,
    }


def is_journal(stream: object, environ: Mapping[str, str]) -> bool:
    """Whether this stream leads to systemd's journal: $JOURNAL_STREAM says device and inode, see systemd.exec(5)."""
    try:
        status = os.fstat(stream.fileno())  # type: ignore[attr-defined]  # what has none raises, as is caught
    except (AttributeError, OSError, ValueError):
        return False
    return environ.get("JOURNAL_STREAM") == f"{status.st_dev}:{status.st_ino}"


def level_name(level: int) -> str:
    """`WARNING`; `Level 35` for what has no name."""
    return logging.getLevelName(level)


def text_of(entry: Entry) -> str:
    """An entry without time and level, as people read it; without the last newline."""
    text = entry.message if not entry.details else f"{entry.message}\n{entry.details}"
    if not text.isprintable():
        text = ("\n" + INDENT).join(printable(line) for line in text.rstrip("\n").split("\n"))
    if entry.logger == OURS:
        return text
    process = "" if entry.process in ("", "MainProcess") else f" {printable(entry.process)}"
    return f"{printable(entry.logger)}[{entry.pid}{process}]: {text}"


def _priority(level: int) -> int:
    """syslog(3)'s number."""
    for least, priority in ((logging.CRITICAL, 2), (logging.ERROR, 3), (logging.WARNING, 4), (logging.INFO, 6)):
        if level >= least:
            return priority
    return 7
