"""The lead: how long before a slot its tick begins, so that the claim is on record when the slot comes."""

from __future__ import annotations

from datetime import datetime, timedelta

from linodctl.planning import Scheduler

TOGETHER = timedelta(milliseconds=20)
"""Slots no farther apart than this are claimed by one tick."""
MOST = timedelta(milliseconds=100)
"""What is claimed and has not begun when the runner is killed is lost: that span is kept short."""
MARGIN = timedelta(milliseconds=20)
"""For so long a machine may stand still, or the loop be busy with something else, and nothing is late."""
WAIT, EACH = timedelta(milliseconds=1), timedelta(milliseconds=0.2)
"""What recording starts takes where the pace is 1: a wait for the disk, and a share for each."""
RISE, FALL = 0.5, 0.05
"""Shares by which the pace follows a tick that took longer, or less long, than expected: late is worse than early."""


class Lead:
    """Learns from each tick that ran ahead how long the next one will take on this machine."""

    def __init__(self, scheduler: Scheduler) -> None:
        self._scheduler = scheduler
        self._pace = 1.0

    def looks_ahead_to(self, now: datetime) -> datetime | None:
        """The instant up to which a tick at `now` looks; None if nothing is certain to start, or not that soon."""
        wakeup, lead = self._next()
        if wakeup is None or not lead or wakeup - lead > now:
            return None
        return max(wakeup + TOGETHER, now + lead)  # on a slow disk several slots share a wait

    def next_tick(self, last: datetime) -> datetime | None:
        """When to tick next, if nothing happens meanwhile, after a tick at `last`."""
        wakeup, lead = self._next()
        if wakeup is None or wakeup - lead <= last:
            return wakeup  # the last one has looked that far ahead: what remains is to be decided at its time
        return wakeup - lead

    def learn(self, starts: int, took: timedelta) -> None:
        """So long it took to record so many starts."""
        found = took / _expected(starts)
        self._pace += (RISE if found > self._pace else FALL) * (found - self._pace)

    def _next(self) -> tuple[datetime | None, timedelta]:
        """When time alone changes something next, and the lead of a tick for what is certain to start then."""
        wakeup = self._scheduler.next_wakeup()
        starts = self._scheduler.outlook.how_many_certain(wakeup + TOGETHER) if wakeup is not None else 0
        return wakeup, min(MOST, MARGIN + self._pace * _expected(starts)) if starts else timedelta(0)


def _expected(starts: int) -> timedelta:
    return WAIT + EACH * starts
