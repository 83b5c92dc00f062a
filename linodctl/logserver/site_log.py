"""The site's log: what the runner says goes to stderr and to the log file, what others send to the file alone.

Without a file, all of it goes to stderr.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import sys
import threading
from collections.abc import Iterable, Mapping, Sequence
from datetime import tzinfo
from typing import TextIO

from linodctl.clock import SystemClock
from linodctl.config import LogConfig
from linodctl.errors import LinodctlError
from linodctl.logserver.entry import Entry, cut, entry_of
from linodctl.logserver.lines import OURS, JournalLines, JsonLines, Lines, TextLines, is_journal
from linodctl.logserver.site_file import SiteFile
from linodctl.masking import known


class SiteLog:
    """Takes entries from any thread. Nothing that happens to file or stderr is raised."""

    def __init__(self, config: LogConfig, zone: tzinfo, *, quiet: bool = False, color: bool = False) -> None:
        """`quiet`: of what the runner says only warnings go to stderr. LinodctlError if the file can't be opened."""
        self._least = config.level.number
        self._quiet = quiet
        self._stream: TextIO = sys.stderr
        self._lock = threading.RLock()
        is_json = config.format == "json"
        plain: Lines = JsonLines(zone) if is_json else TextLines(zone)
        self._file_lines = plain
        self._stream_lines = JournalLines() if is_journal(sys.stderr, os.environ) else plain
        if color and self._stream_lines is plain and not is_json:
            self._stream_lines = TextLines(zone, color=True)
        self._clock = SystemClock()
        self._trouble = ""
        self._said: list[Entry] = []
        try:
            self._file = SiteFile(config.file, config.rotate_bytes, config.rotate_keep) if config.file else None
        except OSError as error:
            text = f"the log file {config.file} (log.file) can't be written: {error.strerror}"
            raise LinodctlError(text) from error
        self.least = max(self._least, logging.WARNING) if quiet and self._file is None else self._least
        """The level below which nothing that the runner says is written anywhere."""

    def tell(self, level: int, text: str, event: str, facts: Mapping[str, object]) -> None:
        """What happened to the runner, in words and in facts; secrets are masked in the words."""
        now = self._clock.now().timestamp()
        self.say(Entry(now, level, OURS, known.text(cut(text)), "", os.getpid(), "MainProcess", event, facts))

    def say(self, entry: Entry) -> None:
        """An entry of the runner itself. A tick says much at once: what is said in one turn of the loop is written
        together, at its end; a warning, with all that was said before it, at once."""
        if entry.level < self.least:
            return
        with self._lock:
            self._said.append(entry)
            if entry.level >= logging.WARNING or not self._is_written_soon():
                self.write_said()

    def take(self, entries: Iterable[Entry]) -> None:
        """Entries of other processes."""
        wanted = [entry for entry in entries if entry.level >= self._least]
        with self._lock:
            self.write_said()
            if wanted and not self._to_file(wanted):
                self._to_stream(wanted)

    def write_said(self) -> None:
        """Write what was said and waits for more."""
        with self._lock:
            said, self._said = self._said, []
            if not said:
                return
            told = [entry for entry in said if entry.level >= logging.WARNING] if self._quiet else said
            if told:
                self._to_stream(told)
            self._to_file(said)

    def _is_written_soon(self) -> bool:
        """See to it, where there is a loop: in the main thread."""
        if threading.current_thread() is not threading.main_thread():
            return False
        if len(self._said) == 1:  # else the first of them has seen to it
            try:
                asyncio.get_running_loop().call_soon(self.write_said)
            except RuntimeError:
                return False
        return True

    def close(self) -> None:
        with self._lock:
            self.write_said()
            if self._file is not None:
                self._file.close()
                self._file = None

    def _to_file(self, entries: Sequence[Entry]) -> bool:
        """Whether they are in the file now."""
        if self._file is None:
            return False
        try:
            self._file.write([self._file_lines.of(entry).encode("utf-8", "replace") for entry in entries])
        except OSError as error:
            trouble = f"the log file {self._file.path} can't be written ({error.strerror}); others' entries come here"
            if trouble != self._trouble:
                self._to_stream([Entry(entries[-1].time, logging.ERROR, OURS, trouble, pid=os.getpid())])
            self._trouble = trouble
            return False
        if self._trouble:
            self._trouble = ""
            again = f"the log file {self._file.path} can be written again; what came in between stands here alone"
            self._to_stream([Entry(entries[-1].time, logging.WARNING, OURS, again, pid=os.getpid())])
        return True

    def _to_stream(self, entries: Sequence[Entry]) -> None:
        with contextlib.suppress(OSError, ValueError):  # nobody is there any more to be told
            self._stream.write("".join(map(self._stream_lines.of, entries)))
            self._stream.flush()


class SiteLogHandler(logging.Handler):
    """Brings what else this process logs to the site's log, secrets masked. (What others log is their own affair.)"""

    def __init__(self, log: SiteLog) -> None:
        super().__init__()
        self._log = log

    def emit(self, record: logging.LogRecord) -> None:
        try:
            self._log.say(entry_of(record, known.text))
        except RecursionError:
            raise
        except Exception:  # a wrong format string must not stop the runner: logging prints a note to stderr
            self.handleError(record)

    def close(self) -> None:
        self._log.close()
        super().close()


def set_up_log(config: LogConfig, zone: tzinfo, *, quiet: bool = False, color: bool = False) -> SiteLog:
    """The site's log, with all that linodctl logs in this process. LinodctlError if its file can't be written."""
    log = SiteLog(config, zone, quiet=quiet, color=color)
    root = logging.getLogger(OURS)
    root.setLevel(log.least)
    root.propagate = False
    for handler in list(root.handlers):
        root.removeHandler(handler)
        handler.close()
    root.addHandler(SiteLogHandler(log))
    return log
