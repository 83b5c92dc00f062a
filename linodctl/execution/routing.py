"""Where threads share a process: sends what each logs, warns and prints to the run it belongs to (a context variable).

Threads that a procedure starts itself don't inherit that variable; what they print goes where the runner's prints go.
"""

from __future__ import annotations

import logging
import sys
import warnings
from collections.abc import Callable
from contextvars import ContextVar
from functools import cached_property
from typing import Any, TextIO, cast

from linodctl.execution.capture import STDERR, STDOUT, LineStream, SinkHandler
from linodctl.execution.context import Sink


class Route:
    """The ways from one run to its sink. Each is made when the run logs or prints, which most never do."""

    def __init__(self, sink: Sink, level: int) -> None:
        self._sink = sink
        self.level = level

    @cached_property
    def handler(self) -> SinkHandler:
        return SinkHandler(self._sink, self.level)

    @cached_property
    def stdout(self) -> LineStream:
        return LineStream(self._sink, *STDOUT, fd=1)

    @cached_property
    def stderr(self) -> LineStream:
        return LineStream(self._sink, *STDERR, fd=2)

    def finish(self) -> None:
        """Give away unfinished last lines."""
        for name in ("stdout", "stderr"):
            if name in self.__dict__:
                getattr(self, name).finish()


CURRENT: ContextVar[Route | None] = ContextVar("linodctl_route", default=None)


class Router:
    """Stands in for `sys.stdout`, `sys.stderr`, `warnings.showwarning` and before the root logger, until removed."""

    def __init__(self) -> None:
        self._levels: list[int] = []
        self._stdout, self._stderr = sys.stdout, sys.stderr
        self._showwarning: Callable[..., Any] = warnings.showwarning
        self._root_level = logging.root.level
        self._others = list(logging.root.handlers)
        self._handler = _RoutedHandler()
        sys.stdout = cast(TextIO, _RoutedStream(self._stdout, lambda route: route.stdout))
        sys.stderr = cast(TextIO, _RoutedStream(self._stderr, lambda route: route.stderr))
        warnings.showwarning = self._show_warning
        # The root logger has to let through the lowest level that a run asks for; the runner's own handlers must go on
        # seeing what they saw before.
        for handler in self._others:
            handler.addFilter(self._is_the_runners)
        logging.root.addHandler(self._handler)

    def remove(self) -> None:
        sys.stdout, sys.stderr = self._stdout, self._stderr
        warnings.showwarning = self._showwarning
        logging.root.removeHandler(self._handler)
        for handler in self._others:
            handler.removeFilter(self._is_the_runners)
        logging.root.setLevel(self._root_level)

    def enter(self, route: Route) -> None:
        """From here on this thread belongs to a run."""
        CURRENT.set(route)
        self._levels.append(route.level)
        lowest = min(self._root_level, *self._levels)
        if logging.root.level != lowest:
            logging.root.setLevel(lowest)  # every logger looks for its level anew: not for each of many like runs

    def leave(self, route: Route) -> None:
        """The root logger's level stays as it is: the next run probably asks for the same."""
        CURRENT.set(None)
        self._levels.remove(route.level)
        route.finish()

    def _is_the_runners(self, record: logging.LogRecord) -> bool:
        return CURRENT.get() is None and record.levelno >= self._root_level

    def _show_warning(self, message: Warning | str, category: type[Warning], *where: Any, **more: Any) -> None:
        if CURRENT.get() is None:
            self._showwarning(message, category, *where, **more)
        else:
            text = warnings.formatwarning(message, category, *where[:2])
            logging.getLogger("py.warnings").warning("%s", text)


class _RoutedHandler(logging.Handler):
    def emit(self, record: logging.LogRecord) -> None:
        route = CURRENT.get()
        if route is not None and record.levelno >= route.level:
            route.handler.handle(record)


class _RoutedStream:
    """A text stream that is the current run's, or the original one outside of runs."""

    def __init__(self, original: TextIO, pick: Callable[[Route], TextIO]) -> None:
        self._original = original
        self._pick = pick

    def __getattr__(self, name: str) -> Any:
        route = CURRENT.get()
        return getattr(self._original if route is None else self._pick(route), name)
