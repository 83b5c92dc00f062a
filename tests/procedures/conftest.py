"""A context as procedures get it, which remembers what they said."""

from __future__ import annotations

import logging
import threading
from datetime import UTC, datetime
from typing import Any

import pytest

NOON = datetime(2026, 3, 10, 12, 0, tzinfo=UTC)


class Stop(threading.Event):
    """`ar.cancelled`."""

    def __bool__(self) -> bool:
        return self.is_set()


class FakeContext:
    task = "task"
    run_id = 1
    attempt = 1
    scheduled_for = NOON
    last_start_time = None
    last_success = None

    def __init__(self) -> None:
        self.cancelled = Stop()
        self.memory: dict[str, Any] = {}
        self.args: dict[str, Any] = {}
        self.said: list[str] = []
        self.steps: list[tuple[float, float | None, str]] = []
        self.logger = logging.Logger("task", logging.DEBUG)
        self.logger.addHandler(_Collector(self.said))
        self.debug, self.info, self.warning = self.logger.debug, self.logger.info, self.logger.warning
        self.error, self.critical = self.logger.error, self.logger.critical

    def progress(self, done: float, total: float | None = None, text: str = "") -> None:
        self.steps.append((done, total, text))

    @property
    def log(self) -> str:
        return "\n".join(self.said)


class _Collector(logging.Handler):
    def __init__(self, said: list[str]) -> None:
        super().__init__()
        self._said = said

    def emit(self, record: logging.LogRecord) -> None:
        self._said.append(f"{record.levelname} {record.getMessage()}")


@pytest.fixture
def ar() -> FakeContext:
    return FakeContext()
