"""One record of the site log, whoever logged it, and how it travels: JSON lines over a Unix socket, never a pickle.

```
client → {"pid": 4711, "process": "MainProcess"}                          first
client → [[time, level, logger, message, details], …]                     a batch
server → 1                                                                it is in the site log; now the next batch
```
A batch that was not answered is sent again over the next connection: nothing is lost when a server ends or is killed.
(Killed between writing and answering, it has a batch twice.)
"""

from __future__ import annotations

import json
import logging
import traceback
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

MAX_FRAME = 1024 * 1024
"""Bytes of a line. A single record fits, whatever is in it."""
LONGEST_TEXT = 32 * 1024
"""Characters of a message, and of its details; more is cut off by the client."""
LONGEST_NAME = 200
TAKEN = b"1\n"
"""The server's answer."""


NO_FACTS: Mapping[str, object] = {}


class Entry(NamedTuple):
    """A record as it was logged."""

    time: float
    """Seconds since the epoch."""
    level: int
    logger: str
    message: str
    details: str = ""
    """Traceback and stack, if there are any."""
    pid: int = 0
    process: str = ""
    event: str | None = None
    """What happened, for entries of the runner itself,"""
    facts: Mapping[str, object] = NO_FACTS
    """and to what: task, run_id, outcome and the like, in JSON's types."""


def entry_of(record: logging.LogRecord, shown: Callable[[str], str] = str) -> Entry:
    """A log record's message, and its traceback and stack as details; both cut to what is allowed, and as `shown`."""
    details = record.exc_text or ""
    if record.exc_info and record.exc_info[0] is not None and not details:
        details = "".join(traceback.format_exception(*record.exc_info)).rstrip("\n")
    if record.stack_info:
        details = f"{details}\n{record.stack_info}" if details else record.stack_info
    return Entry(
        record.created,
        record.levelno,
        str(record.name)[:LONGEST_NAME],
        shown(cut(record.getMessage())),
        shown(cut(details)) if details else "",
        record.process or 0,
        record.processName or "",
    )


def cut(text: str) -> str:
    if len(text) <= LONGEST_TEXT:
        return text
    return f"{text[:LONGEST_TEXT]}… ({len(text) - LONGEST_TEXT} characters left out)"


class BadFrame(ValueError):
    """The other side sent something that is no frame."""


_encode = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode


def pack(value: Any) -> bytes:
    """One frame. What isn't Unicode (a file name with a lone surrogate, say) is replaced."""
    return _encode(value).encode("utf-8", "replace") + b"\n"


def pack_entries(entries: Sequence[Entry]) -> bytes:
    """A batch; pid and process are those of the connection."""
    return pack([entry[:5] for entry in entries])


def unpack(line: bytes) -> Any:
    """The value of one frame. BadFrame."""
    try:
        return json.loads(line)
    except (ValueError, RecursionError) as error:
        raise BadFrame(f"not a JSON line ({error})") from None


def unpack_hello(line: bytes) -> tuple[int, str]:
    """Pid and process name of a client. BadFrame."""
    match unpack(line):
        case {"pid": int(pid), "process": str(process)}:
            return pid, process[:LONGEST_NAME]
    raise BadFrame("it did not say who it is")


def unpack_entries(line: bytes, pid: int, process: str) -> list[Entry]:
    """The entries of a batch. BadFrame if one of them is none."""
    try:
        return [_entry(item, pid, process) for item in unpack(line)]
    except (TypeError, ValueError, OverflowError) as error:
        raise BadFrame(f"not a list of records ({error})") from None


LATEST = 4102444800.0
"""The year 2100: no clock is right beyond it, and every calendar can tell it."""


def _entry(item: Any, pid: int, process: str) -> Entry:
    time, level, logger, message, details = item
    if not (type(level) is int and type(logger) is type(message) is type(details) is str and 0 <= time <= LATEST):
        raise ValueError("a field of another kind")
    return Entry(time, level, logger, message, details, pid, process)
