"""Following runs: their log and progress as they come, until they end."""

from __future__ import annotations

import itertools
import math
import time
from collections.abc import Iterator, Sequence

from linodctl.domain import Request, Run
from linodctl.operations.past import LogSource
from linodctl.operations.site import Site
from linodctl.operations.status import is_alive
from linodctl.operations.wanted import ANY, Wanted
from linodctl.store.reading import LogRow, Reader
from linodctl.values import Value

POLL = 0.05
"""Seconds between two looks at the state file; SQLite tells nobody of a change."""
ATTENDANCE = 1.0
"""Seconds of silence after which it is asked whether the runner is still there."""


class Withdrawn(Value):
    """The request was cancelled before it started."""

    request: Request


class Attended(Value):
    """Whether a runner is there to carry the requests out; told when that changes."""

    alive: bool


Step = Run | LogRow | Withdrawn | Attended
"""A run as it starts, makes progress and ends; a line of its log; or what became of the request or the runner."""


def follow_requests(site: Site, requests: Sequence[Request], *, alive: bool = True) -> Iterator[Step]:
    """Everything that becomes of the requests, retries included, until each has had its last run.

    A run is yielded again whenever its progress or its outcome has changed. `alive` is what is known of the runner.
    """
    with site.reading() as reader:
        waiting = [_Followed(request) for request in requests]
        while True:
            version = reader.data_version()
            for followed in waiting:
                yield from followed.news(reader)
            waiting = [followed for followed in waiting if not followed.is_over]
            if not waiting:
                return
            while not _await_change(reader, version, ATTENDANCE):
                if is_alive(site) is not alive:
                    alive = not alive
                    yield Attended(alive)


def unfinished(site: Site, requests: Sequence[Request]) -> list[Request]:
    """Those that wait, run, or are to be tried again."""
    with site.reading() as reader, reader.snapshot():
        return [request for request in requests if not _has_ended(reader, request)]


class _Followed:
    """One request and how far it has been told."""

    def __init__(self, request: Request) -> None:
        self.is_over = False
        self._request = request
        self._run: Run | None = None
        self._log_id = 0

    def news(self, reader: Reader) -> Iterator[Step]:
        """What has happened since the last call; all of it read at the same moment."""
        with reader.snapshot():
            run = reader.run_for_request(self._request.request_id)
            lines = reader.logs(run_ids=[run.run_id], after_id=self._log_id) if run else []
            self.is_over = _has_ended(reader, self._request)
        if run is None:
            if self.is_over:
                yield Withdrawn(self._request)
            return
        if run.end_time is None and run != self._run:
            yield run
        for line in lines:
            self._log_id = line.id
            yield line
        if run.end_time is not None and run != self._run:
            yield run  # its end comes after its last words
        self._run = run


def _has_ended(reader: Reader, request: Request) -> bool:
    run = reader.run_for_request(request.request_id)
    if run is None:
        row = reader.request_row(request.request_id)
        return row is None or row.cancelled_at is not None
    if run.end_time is None:
        return False
    state = reader.states([run.task]).get(run.task)
    return state is None or not state.further_attempts(request.request_id)


def follow_logs(site: Site, target: str | None = None, wanted: Wanted = ANY, *, last: int) -> Iterator[LogRow]:
    """The last lines, then every new one as it comes; ends with the run if it is one run's log, else never.

    UnknownName if there is no such task or run.
    """
    with site.reading() as reader:
        source = LogSource(site, target, reader, wanted)
    _await_file(site)
    with site.reading() as reader:
        tail = LogTail(source, last)
        while not tail.is_over:
            version = reader.data_version()
            yield from tail.news(reader)
            if not tail.is_over:
                _await_change(reader, version)


class LogTail:
    """The end of a log, asked again and again for what is new."""

    def __init__(self, source: LogSource, last: int) -> None:
        """The `last` lines count as new at first."""
        self.is_over = False
        """Whether no more lines can come."""
        self._source = source
        self._last: int | None = last
        self._newest = 0
        """The id of the newest line of all that has been looked at, so that only what comes later counts as new."""

    def news(self, reader: Reader) -> list[LogRow]:
        """The lines that have come in since the last call."""
        # Asked before the lines are: none can be missed, and those that are not wanted are looked at once.
        self.is_over, seen = self._source.is_over(reader), reader.logs(last=1)
        if self._last is None:
            rows = self._source.after(reader, self._newest)
        else:
            rows, self._last = self._source.last(reader, self._last), None
        self._newest = max(self._newest, *(row.id for row in (*seen, *rows[-1:])), 0)
        return rows


def _await_change(reader: Reader, version: int, seconds: float = math.inf) -> bool:
    """Sleep until somebody has written to the state file, `seconds` at most; whether somebody has."""
    for _ in itertools.takewhile(lambda look: look * POLL < seconds, itertools.count()):
        if reader.data_version() != version:
            return True
        time.sleep(POLL)
    return False


def _await_file(site: Site) -> None:
    """Sleep until there is a state file: what a reader sees without one never changes."""
    while not site.state.exists():
        time.sleep(POLL)
