"""`ar`: what a procedure can learn about its run and tell about itself."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from datetime import datetime
from functools import cached_property
from typing import Any, Protocol

from linodctl.execution.job import Job


class Sink(Protocol):
    """Where a run's words go."""

    def line(self, when: float, level: int, logger: str, text: str) -> None:
        """One log record; `when` in seconds since the epoch."""

    def progress(self, done: float, total: float | None, text: str) -> None: ...


class Cancelled(Protocol):
    """Whether somebody asked the run to stop. It never raises; a procedure looks at it when that suits."""

    def __bool__(self) -> bool: ...

    def is_set(self) -> bool: ...

    def wait(self, timeout: float | None = None) -> bool:
        """Sleep for `timeout` seconds (None: for good), but wake when asked to stop. Whether it was."""


class Way(Protocol):
    """How records of a run's own logger get to its log."""

    @property
    def handler(self) -> logging.Handler: ...


class RunContext:
    """One run, as its procedure sees it."""

    def __init__(self, job: Job, sink: Sink, cancelled: Cancelled, way: Way) -> None:
        self._sink = sink
        self._way = way
        self._level = job.level
        self.task = job.task
        self.run_id = job.run_id
        self.attempt = job.attempt
        """1 for the first; 2 for the first retry."""
        self.scheduled_for: datetime = job.scheduled_for
        """The slot this run is for, or the instant of the request. Aware UTC, never None."""
        self.last_start_time = job.last_start_time
        """When the task's previous run started; None if there was none."""
        self.last_success = job.last_success
        """When the task last succeeded; None if it never did."""
        self.args: Mapping[str, Any] = job.args
        self.memory: dict[str, Any] = job.memory
        """A small JSON mapping kept for the task from run to run, saved with this run's outcome."""
        self.cancelled = cancelled

    @cached_property
    def logger(self) -> logging.Logger:
        """Its own, at the task's level. Not one of logging's tree: a task may be named like an application's logger,
        and must not get its level."""
        logger = logging.Logger(self.task, self._level)
        logger.addHandler(self._way.handler)
        return logger

    @cached_property
    def debug(self) -> Callable[..., None]:
        return self.logger.debug

    @cached_property
    def info(self) -> Callable[..., None]:
        return self.logger.info

    @cached_property
    def warning(self) -> Callable[..., None]:
        return self.logger.warning

    @cached_property
    def error(self) -> Callable[..., None]:
        return self.logger.error

    @cached_property
    def critical(self) -> Callable[..., None]:
        return self.logger.critical

    def progress(self, done: float, total: float | None = None, text: str = "") -> None:
        """Say how far the run is. As often as you like: what is shown is refreshed at most ten times a second."""
        self._sink.progress(done, total, text)

    def __repr__(self) -> str:
        return f"<RunContext of run {self.run_id} of {self.task}>"
