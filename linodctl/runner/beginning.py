"""From a claim on record to a run that begins: made ready, and let go at its time, never before its claim is on disk.

```
claimed for now ──────────────────────────► made ready ──────────────────────────► let go
claimed for a slot that is to come ─┬─────► made ready ─────┬─► its time is there ─► let go
                                    └─► claim on the disk ──┘
```
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from functools import partial
from itertools import groupby
from typing import NamedTuple

from linodctl import events
from linodctl.clock import Clock
from linodctl.domain import Outcome, Result
from linodctl.errors import StateError
from linodctl.execution.executor import Executor, Go
from linodctl.execution.reports import Ended
from linodctl.planning import Start
from linodctl.runner.flushing import Flushing
from linodctl.runner.inbox import Inbox
from linodctl.runner.lead import Lead
from linodctl.runner.orders import order_for
from linodctl.runner.told import started
from linodctl.store.store import Store

EARLY = 0.001
"""Seconds that the loop, whose timers count milliseconds, stands still before a slot, so that it is met exactly."""

FLUSHED = "last_flush_by_commit"
"""The note with the instant when a commit had to bring claims to the disk, since that failed beside the loop."""

Claims = Sequence[tuple[int, Start]]
"""run id and decision"""


class Moment(NamedTuple):
    """One instant by both clocks. Who sets the wall clock between a claim and its slot holds up nobody."""

    wall: datetime
    monotonic: float

    @classmethod
    def of(cls, clock: Clock) -> Moment:
        wall = clock.now()
        return cls(wall, clock.monotonic())  # read after the other: no slot seems to be earlier than it is

    def until(self, instant: datetime) -> float:
        """The same instant by the monotonic clock."""
        return self.monotonic + (instant - self.wall).total_seconds()


class Ready(NamedTuple):
    """A run that has everything but its order to begin."""

    run_id: int
    start: Start
    at: float
    """The monotonic time when it may."""
    go: Go


class Beginning:
    """Lets the claimed runs of one tick begin."""

    def __init__(
        self, store: Store, executor: Executor, inbox: Inbox, clock: Clock, tell: events.Listener, lead: Lead
    ) -> None:
        self._store = store
        self._executor = executor
        self._inbox = inbox
        self._clock = clock
        self._tell = tell
        self._lead = lead

    def now(self, claims: Claims, tick: Moment, meanwhile: Iterable[events.Event]) -> None:
        """These are on the disk. `meanwhile` happened before, and is told before."""
        self._let_go(self._make_ready(claims, tick), meanwhile)

    def once_flushed(self, claims: Claims, tick: Moment, flushing: Flushing) -> None:
        """These are on record, and brought to the disk while they are made ready."""
        ready: list[Ready] = []

        def flushed(error: str | None) -> None:
            self._lead.learn(len(ready), timedelta(seconds=self._clock.monotonic() - tick.monotonic))
            refused = self._flush_by_commit() if error is not None else None
            if refused is not None:
                self._give_up(ready, refused)
            self._let_go(ready)

        flushing.at_once(flushed)
        ready += self._make_ready(claims, tick)

    def _make_ready(self, claims: Claims, tick: Moment) -> list[Ready]:
        return [Ready(run_id, start, tick.until(start.at), self._prepare(run_id, start)) for run_id, start in claims]

    def _prepare(self, run_id: int, start: Start) -> Go:
        try:
            order = order_for(start, run_id, self._store)
        except StateError as error:  # claimed, but its request can't be read now
            return partial(self._lose, run_id, str(error))
        return self._executor.prepare(order)

    def _lose(self, run_id: int, why: str) -> bool:
        self._inbox.take(Ended(run_id, Result(Outcome.LOST, reason=why)))
        return True

    def _flush_by_commit(self) -> str | None:
        """What went wrong. The thread may only have lacked a descriptor, while the state file is open: a commit that
        waits for the disk waits for those before it, too."""
        try:
            self._store.put_note(FLUSHED, self._clock.now().isoformat())
        except StateError as error:
            return str(error)
        return None

    def _give_up(self, ready: list[Ready], error: str) -> None:
        """Nothing may begin that will perhaps not be on record tomorrow."""
        self._tell(events.Trouble(f"runs were not started, since the disk failed: {error}"))
        for one in ready:
            why = f"its claim could not be brought to the disk: {error}"
            self._executor.cancel(one.run_id, why, Outcome.LOST)

    def _let_go(self, ready: list[Ready], meanwhile: Iterable[events.Event] = ()) -> None:
        """Those whose time it is, now; the others at their slots, and the loop does other work until then."""
        now = self._clock.monotonic()
        self._begin([one for one in ready if one.at <= now], meanwhile)
        for at, those in groupby((one for one in ready if one.at > now), key=lambda one: one.at):
            loop = asyncio.get_running_loop()
            loop.call_later(at - now - EARLY, self._begin_at, at, list(those))

    def _begin_at(self, at: float, those: list[Ready]) -> None:
        left = at - self._clock.monotonic()
        if left > 0:
            time.sleep(left)
        self._begin(those)

    def _begin(self, those: list[Ready], meanwhile: Iterable[events.Event] = ()) -> None:
        begun = [one for one in those if one.go()]  # before anything is told: somebody may be waiting for these
        for event in meanwhile:
            self._tell(event)
        for one in begun:
            self._tell(started(one.run_id, one.start))
