"""Catches what a run logs, warns and prints, in the order in which it happens.

The `logging` module's records come through a handler on the root logger; prints through stand-ins for `sys.stdout` and
`sys.stderr`. What C code and subprocesses write to descriptors 1 and 2 arrives at the runner through a pipe.
"""

from __future__ import annotations

import io
import logging
import sys
import threading
import time
from types import TracebackType
from typing import TYPE_CHECKING, BinaryIO, cast

from linodctl.execution.context import Sink
from linodctl.execution.lines import Lines

if TYPE_CHECKING:
    from _typeshed import ReadableBuffer

STDOUT = ("stdout", logging.INFO)
STDERR = ("stderr", logging.WARNING)
"""Logger name and level that printed lines are given; they are captured whatever the task's level."""


class SinkHandler(logging.Handler):
    """Hands log records, tracebacks included, to a sink."""

    def __init__(self, sink: Sink, level: int) -> None:
        super().__init__(level)
        self.sink = sink

    def handle(self, record: logging.LogRecord) -> bool:
        """As logging's, but without its lock, unless a procedure gave it a filter: a sink that needs a lock has one."""
        if self.filters:
            return bool(super().handle(record))
        self.emit(record)
        return True

    def emit(self, record: logging.LogRecord) -> None:
        try:
            plain = not (self.formatter or record.exc_info or record.exc_text or record.stack_info)
            text = record.getMessage() if plain else self.format(record)  # which says the same, in twice the time
            self.sink.line(record.created, record.levelno, record.name, text)
        except RecursionError:
            raise
        except Exception:  # a wrong format string must not break the run: logging prints a note to stderr
            self.handleError(record)


class _LineWriter(io.RawIOBase):
    """What stands under a captured `sys.stdout`: takes bytes, gives whole lines to the sink."""

    def __init__(self, sink: Sink, logger: str, level: int, fd: int) -> None:
        super().__init__()
        self._sink, self._logger, self._level, self._fd = sink, logger, level, fd
        self._lines = Lines()
        self._lock = threading.RLock()

    def writable(self) -> bool:
        return True

    def fileno(self) -> int:
        """The real descriptor, so that `subprocess.run(…, stdout=sys.stdout)` works."""
        return self._fd

    def write(self, data: ReadableBuffer, /) -> int:
        data = bytes(data)
        with self._lock:
            self._say(self._lines.feed(data))
        return len(data)

    def finish(self) -> None:
        with self._lock:
            self._say(self._lines.finish())

    def _say(self, lines: list[str]) -> None:
        for text in lines:
            self._sink.line(time.time(), self._level, self._logger, text)


class LineStream(io.TextIOWrapper):
    """A text stream like `sys.stdout` whose lines become log lines of `sink`."""

    def __init__(self, sink: Sink, logger: str, level: int, fd: int) -> None:
        self._writer = _LineWriter(sink, logger, level, fd)
        super().__init__(
            cast(BinaryIO, self._writer),  # raw is enough: write-through needs no buffer
            encoding="utf-8",
            errors="backslashreplace",
            newline="\n",
            write_through=True,
        )

    def finish(self) -> None:
        """Give away a last line that had no newline."""
        try:  # noqa: SIM105 - each thing that a fresh worker uses costs it the memory that the thing is in
            self.flush()
        except ValueError:  # the procedure has closed or detached it
            pass
        self._writer.finish()


class Capture:
    """Everything this process logs and prints goes to one sink, until the end of the `with` block."""

    def __init__(self, sink: Sink, level: int = logging.NOTSET) -> None:
        self.handler = SinkHandler(sink, level)
        self.renew()

    def renew(self) -> None:
        """New streams, in place of those that a procedure may have closed."""
        self._stdout = LineStream(self.handler.sink, *STDOUT, fd=1)
        self._stderr = LineStream(self.handler.sink, *STDERR, fd=2)

    def __enter__(self) -> Capture:
        self.begin(self.handler.level)
        return self

    def begin(self, level: int) -> None:
        """From here on, for records of this level and above. What was made for it may be used for several runs."""
        self.handler.level = level
        self._before = (sys.stdout, sys.stderr, logging.root.level)
        sys.stdout, sys.stderr = self._stdout, self._stderr
        if logging.root.level != level:  # to set it makes all loggers look for theirs anew
            logging.root.setLevel(level)
        logging.root.addHandler(self.handler)
        logging.captureWarnings(True)

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.end()

    def end(self) -> None:
        """Put back what was there before."""
        self.finish()
        logging.captureWarnings(False)
        logging.root.removeHandler(self.handler)
        sys.stdout, sys.stderr, level = self._before
        if logging.root.level != level:
            logging.root.setLevel(level)

    def finish(self) -> None:
        """Give away unfinished last lines."""
        self._stdout.finish()
        self._stderr.finish()


def silence_consoles() -> None:
    """Take handlers that print to the terminal off the loggers whose records reach the root logger.

    A site's `setup` often installs one. In a worker it would write every record a second time, to the pipe.
    """
    loggers = [logging.root, *(x for x in logging.root.manager.loggerDict.values() if isinstance(x, logging.Logger))]
    for logger in loggers:
        for handler in list(logger.handlers):
            if _prints(handler) and _reaches_root(logger):
                logger.removeHandler(handler)


def _prints(handler: logging.Handler) -> bool:
    if not isinstance(handler, logging.StreamHandler):
        return False
    try:
        return handler.stream.fileno() in (1, 2)
    except (AttributeError, OSError, ValueError):
        return False


def _reaches_root(logger: logging.Logger) -> bool:
    while logger.parent is not None:
        if not logger.propagate:
            return False
        logger = logger.parent
    return True
