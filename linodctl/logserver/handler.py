"""The handler that any process of a site installs to log into the site's log: one line of `dictConfig`."""

from __future__ import annotations

import contextlib
import logging
import os
import sys
from collections.abc import Sequence
from pathlib import Path

from linodctl.errors import LinodctlError
from linodctl.logserver.entry import Entry, entry_of
from linodctl.logserver.find import find_log_socket
from linodctl.logserver.lines import TextLines
from linodctl.logserver.sender import Sender


class Handler(logging.Handler):
    """Sends records to the log server of the site; never blocks, and never raises because of it.

    Records wait in a queue of `capacity` while the server is away or slow. When that is full, or this process ends,
    they go to stderr, and what is lost is counted. Closing waits up to 10 s for a living server. Without a config to be
    found, everything goes to stderr. With a formatter, its text is the message; without, the server formats.
    """

    def __init__(self, config: str | None = None, socket: str | None = None, capacity: int = 20_000) -> None:
        """The site of `config` (a file or folder), or the server at `socket`; else as `find.find_log_socket` says."""
        super().__init__()
        self._sender: Sender | None = None
        try:
            path = Path(socket).absolute() if socket else find_log_socket(config=config)
        except LinodctlError as error:
            _to_stderr(f"linodctl: no site to log to, so records go here: {error}\n")
        else:
            self._sender = Sender(path, capacity, _write)

    def emit(self, record: logging.LogRecord) -> None:
        try:
            entry = entry_of(record)
            if self.formatter is not None:
                entry = entry._replace(message=self.format(record), details="")
            if self._sender is None:
                _write([entry], "")
            else:
                self._sender.put(entry)
        except RecursionError:
            raise
        except Exception:  # a wrong format string, say: as every handler of the standard library does
            self.handleError(record)

    def flush(self) -> None:
        """Wait until the server has what was logged so far, up to 10 s; not at all if it isn't there."""
        if self._sender is not None:
            self._sender.flush()

    def close(self) -> None:
        if self._sender is not None:
            self._sender.close()
        super().close()


def _write(entries: Sequence[Entry], why: str) -> None:
    """Say on stderr what can't be said in the site's log."""
    lines = TextLines(None)
    _to_stderr("".join([f"linodctl: {why}\n" if why else "", *map(lines.of, entries)]))


def _to_stderr(text: str) -> None:
    """Not through the stream's buffer, if it is a file: its lock, held by our thread, would hang the process's end."""
    stream = sys.stderr
    if stream is None:
        return
    with contextlib.suppress(Exception):  # there is nobody left to be told
        try:
            fd = stream.fileno()
        except (AttributeError, OSError, ValueError):
            stream.write(text)
            stream.flush()
            return
        rest = memoryview(text.encode("utf-8", "backslashreplace"))
        while rest:
            rest = rest[os.write(fd, rest) :]
