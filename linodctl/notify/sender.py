"""The thread that delivers: what is slow, down or unreachable out there delays nobody in here.

What goes to one address goes in order; when it fails it is tried again after ever longer pauses, and only that address
waits. Everything else is told by `report`, which is called in this thread.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field

from linodctl.clock import Clock
from linodctl.values import Value

FIRST_PAUSE = 2.0
"""Seconds after the first failure; each further pause is twice as long …"""
LONGEST_PAUSE = 120.0
"""… up to this."""
MOST = 1000
"""Jobs that wait at the most; one more is given up at once."""


class Undelivered(Exception):
    """It did not arrive; the text says why, without the address. `forever` if trying again makes no sense."""

    def __init__(self, why: str, *, forever: bool = False) -> None:
        super().__init__(why)
        self.forever = forever


@dataclass(eq=False, slots=True)
class Job:
    """Something to be delivered."""

    key: str
    """Of the address."""
    shown: str
    """How people are told of the address."""
    send: Callable[[], None]
    """Delivers, or raises Undelivered. Called in the sender's thread."""
    life: float
    """Seconds for which it is tried."""
    number: int = 0
    """Its owner's number for it."""
    born: float = 0.0
    withdrawn: bool = False


class Report(Value):
    """What became of a job."""

    job: Job
    arrived: bool
    given_up: bool = False
    why: str = ""
    tries: int = 1
    """So many in a row have failed at this address."""


@dataclass(slots=True)
class _Lane:
    """What waits for one address."""

    jobs: deque[Job] = field(default_factory=deque)
    tries: int = 0
    due: float = 0.0
    """When it is its turn, by the monotonic clock."""


class Sender:
    """Delivers jobs one after the other in a thread of its own, which begins with the first job."""

    def __init__(
        self, name: str, report: Callable[[Report], None], clock: Clock, first_pause: float = FIRST_PAUSE
    ) -> None:
        self._name = name
        self._report = report
        self._clock = clock
        self._first_pause = first_pause
        self._lanes: dict[str, _Lane] = {}
        self._news = threading.Condition()
        self._closing = False
        self._thread: threading.Thread | None = None

    def put(self, job: Job, *, replaces: bool = False) -> None:
        """Deliver this, too. If it `replaces`, what could not be delivered to the same address is out of date."""
        job.born = self._clock.monotonic()
        with self._news:
            lane = self._lanes.setdefault(job.key, _Lane())
            if replaces and lane.tries:
                lane.jobs.clear()
            is_full = sum(len(other.jobs) for other in self._lanes.values()) >= MOST
            if not is_full:
                lane.jobs.append(job)
                self._begin()
                self._news.notify()
        if is_full:
            self._report(Report(job, arrived=False, given_up=True, why=f"{MOST} others wait already"))

    def close(self, seconds: float) -> None:
        """Deliver what can be delivered at once, for `seconds` at the most."""
        with self._news:
            self._closing = True
            self._news.notify()
        if self._thread is not None:
            self._thread.join(seconds)

    def _begin(self) -> None:
        if self._thread is None:
            # A daemon: an address that never answers must not keep the runner from ending.
            self._thread = threading.Thread(target=self._work, name=f"linodctl {self._name}", daemon=True)
            self._thread.start()

    def _work(self) -> None:
        while (found := self._next()) is not None:
            lane, job = found
            report = self._deliver(lane, job)
            if report is not None:
                self._report(report)

    def _next(self) -> tuple[_Lane, Job] | None:
        """Wait for the lane whose turn it is; None at the end."""
        with self._news:
            while True:
                now = self._clock.monotonic()
                waiting = [lane for lane in self._lanes.values() if lane.jobs]
                lane = min(waiting, key=lambda lane: lane.due, default=None)
                if lane is not None and lane.due <= now:
                    return lane, lane.jobs[0]
                if self._closing:
                    return None
                self._lanes = {key: lane for key, lane in self._lanes.items() if lane.jobs or lane.tries}
                self._news.wait(None if lane is None else lane.due - now)

    def _deliver(self, lane: _Lane, job: Job) -> Report | None:
        if job.withdrawn:
            self._settle(lane, job)
            return None
        try:
            job.send()
        except Undelivered as error:
            return self._failed(lane, job, str(error), forever=error.forever)
        except Exception as error:  # its text might tell the address
            return self._failed(lane, job, f"an unexpected {type(error).__name__}")
        with self._news:
            lane.tries = 0
        self._settle(lane, job)
        return Report(job, arrived=True)

    def _failed(self, lane: _Lane, job: Job, why: str, *, forever: bool = False) -> Report:
        now = self._clock.monotonic()
        with self._news:
            lane.tries += 1
            tries = lane.tries
            lane.due = now + min(self._first_pause * 2 ** min(tries - 1, 30), LONGEST_PAUSE)
        given_up = forever or now - job.born >= job.life
        if given_up:
            self._settle(lane, job)
        return Report(job, arrived=False, given_up=given_up, why=why, tries=tries)

    def _settle(self, lane: _Lane, job: Job) -> None:
        """It is done with, unless it was replaced meanwhile."""
        with self._news:
            if lane.jobs and lane.jobs[0] is job:
                lane.jobs.popleft()
