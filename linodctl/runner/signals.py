"""Signals: a handler notes what was asked for and wakes the loop, nothing else."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Callable


class Signals:
    """What the signals so far ask for. SIGTERM and SIGINT: stop; a second one: at once. SIGHUP: reload."""

    def __init__(self, wake: Callable[[], None]) -> None:
        self.stop_why = ""
        """Why the runner is to stop; empty as long as it isn't."""
        self.is_urgent = False
        """Somebody signalled twice."""
        self._reload = False
        self._stops = 0
        self._wake = wake

    def listen(self, loop: asyncio.AbstractEventLoop) -> None:
        """Take over the three signals; asyncio calls back on the loop, between two steps of whatever runs there."""
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, self._note_stop, number)
        loop.add_signal_handler(signal.SIGHUP, self._note_reload)

    def stop(self, why: str) -> None:
        """Somebody asked by another way than a signal; however often, it is not urgent."""
        self.stop_why = self.stop_why or why
        self._wake()

    def take_reload(self) -> bool:
        """Whether a reload was asked for since the last call; a storm of SIGHUPs is one reload."""
        wanted, self._reload = self._reload, False
        return wanted

    def _note_stop(self, number: signal.Signals) -> None:
        self._stops += 1
        self.is_urgent = self._stops > 1
        self.stop(f"got {number.name}")

    def _note_reload(self) -> None:
        self._reload = True
        self._wake()
