"""The host as the runner sees it: hears of events, and tells systemd how things stand.

```
starting ──first pass on record──► READY ──reload──► RELOADING ──it is over──► READY … ──► STOPPING
                                     └─ each pass on record: WATCHDOG, STATUS ─┘
```
"""

from __future__ import annotations

import asyncio
from zoneinfo import ZoneInfo

from linodctl import events
from linodctl.clock import Clock
from linodctl.runner.runner import HEARTBEAT
from linodctl.supervision.notify_socket import Demands
from linodctl.supervision.status_line import Facts, one_line, status_line

PAUSE = 5.0
"""Seconds between two messages that nobody waits for: a busy site must not keep the host busy, too."""
START_WITHIN = 600.0
"""Seconds that a start may take: reading and migrating the state file, the site's `setup`, a look at its code."""
STOP_WITHIN = 90.0
"""Seconds for which a stopping runner asks at a time. It asks again with each sign of life, so a hung one ends soon."""


class Host:
    """A listener. What it tells is how things stand, not only what changed: a message that got lost is made up for by
    the next one."""

    def __init__(self, demands: Demands, clock: Clock, main_pid: int | None = None) -> None:
        """`main_pid` is this process's, if the host counts pids as this process does."""
        self._socket = demands.socket
        self._watchdog = demands.watchdog
        self._clock = clock
        self._main_pid = main_pid
        self._facts = Facts()
        self._alive = False
        """A pass came on record since the last message."""
        self._pause = PAUSE if self._watchdog is None else min(PAUSE, self._watchdog / 4)
        self._told_at = -self._pause
        self._timer: asyncio.TimerHandle | None = None

    @property
    def beat_every(self) -> int:
        """Seconds between two signs of life that feed the watchdog in good time; not less than one."""
        return HEARTBEAT if self._watchdog is None else max(1, min(HEARTBEAT, int(self._watchdog / 2)))

    def __call__(self, event: events.Event) -> None:
        if not self._socket:
            return
        facts = self._facts
        match event:
            case events.ConfigInForce():
                facts.zone, facts.config_rejected = ZoneInfo(event.timezone), False
            case events.PassRecorded():
                self._hear_pass(event)
            case events.ConfigReloading():
                facts.reloading = True
                self._tell("RELOADING=1", f"MONOTONIC_USEC={int(self._clock.monotonic() * 1_000_000)}")
            case events.ConfigReloaded() | events.ConfigRejected() | events.ReloadFailed() if facts.reloading:
                facts.reloading = False
                facts.config_rejected = isinstance(event, events.ConfigRejected)
                self._tell()
            case events.Trouble(what, kind) if kind:
                facts.troubles[kind] = what
                self._tell_soon()
            case events.Mended(kind):
                facts.troubles.pop(kind, None)
                self._tell_soon()
            case events.RunnerStopping():
                facts.stopping, facts.running = event.why, event.running
                self._tell("STOPPING=1", _more_time(STOP_WITHIN))

    def begin(self) -> None:
        """The start begins."""
        self._socket.tell(f"STATUS={status_line(self._facts)}", _more_time(START_WITHIN))

    def end(self, why: str) -> None:
        """This process ends; the line stays to be seen."""
        if self._timer is not None:
            self._timer.cancel()
        self._socket.tell("STOPPING=1", f"STATUS={one_line(why)}")

    def _hear_pass(self, event: events.PassRecorded) -> None:
        facts = self._facts
        first, facts.ready = not facts.ready, True
        facts.running, facts.next_due = event.running, event.next_wakeup
        self._alive = True
        if first:
            self._tell()
        else:
            self._tell_soon()

    def _tell_soon(self) -> None:
        """Now, if nothing was told for a while; else when that while is over."""
        if self._timer is None:
            wait = self._told_at + self._pause - self._clock.monotonic()
            if wait <= 0:
                self._tell()
            else:
                self._timer = asyncio.get_running_loop().call_later(wait, self._tell)

    def _tell(self, *news: str) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        self._told_at = self._clock.monotonic()
        self._socket.tell(*news, *self._standing(), f"STATUS={status_line(self._facts)}")
        self._alive = False

    def _standing(self) -> list[str]:
        """What holds now, as long as it does."""
        facts, said = self._facts, []
        if facts.ready and not (facts.reloading or facts.stopping):
            said.append("READY=1")
            if self._main_pid is not None:
                said.append(f"MAINPID={self._main_pid}")
        if self._alive and self._watchdog is not None:
            said.append("WATCHDOG=1")
        if self._alive and facts.stopping:
            said.append(_more_time(STOP_WITHIN))
        return said


def _more_time(seconds: float) -> str:
    return f"EXTEND_TIMEOUT_USEC={int(seconds * 1_000_000)}"
