"""What a worker is told about the run it is to carry out, and the error that says it can't be begun."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from types import MappingProxyType
from typing import Any, NamedTuple

from linodctl.errors import LinodctlError

INSTANTS = ("scheduled_for", "last_start_time", "last_success")
"""The fields of a job that are instants."""


class CantRun(LinodctlError):
    """The procedure was not even called: one sentence says why, `detail` is the traceback of a failed import."""

    def __init__(self, message: str, detail: str | None = None) -> None:
        super().__init__(message)
        self.detail = detail


class Job(NamedTuple):
    """One run, in plain values: the worker knows no other words. Instants are aware UTC."""

    run_id: int
    task: str
    func: str
    args: Mapping[str, Any]
    level: int
    attempt: int
    scheduled_for: datetime
    memory: dict[str, Any]
    last_start_time: datetime | None = None
    last_success: datetime | None = None
    surroundings: Mapping[str, Any] = MappingProxyType({})
    """What `confine.Surroundings` is made of; empty where the run has no process of its own."""
    last: bool = True
    """Whether the worker ends after this run."""


def ordered(fields: dict[str, Any]) -> Job:
    """The job that an order's frame tells of, with instants as ISO 8601 text."""
    for name in INSTANTS:
        if fields[name] is not None:
            fields[name] = datetime.fromisoformat(fields[name])
    return Job(**fields)
