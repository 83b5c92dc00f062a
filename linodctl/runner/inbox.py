"""The runner's inbox: what workers report, and the bell that ends the loop's sleep."""

from __future__ import annotations

import asyncio
from collections import deque

from linodctl.execution.reports import Logged, Progressed, Report

CHATTER = 0.1
"""Seconds for which small talk is collected before it wakes the loop: chatty runs cost little."""
FURTHER_ROUNDS = 2
"""Rounds of the loop between the bell and its answer: who ends at the same moment is heard with the first, and one
transaction serves them all."""


class Inbox:
    """Reports in the order in which they came. Used on the loop's thread only."""

    def __init__(self) -> None:
        self.reports: deque[Report] = deque()
        self._bell = asyncio.Event()
        self._timer: asyncio.TimerHandle | None = None

    def take(self, report: Report) -> None:
        self.reports.append(report)
        if not _can_wait(report):
            self.wake()
        elif self._timer is None:
            self._timer = asyncio.get_running_loop().call_later(CHATTER, self.wake)

    def wake(self) -> None:
        """End the present or the next sleep at once."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        self._bell.set()

    async def sleep(self, seconds: float) -> None:
        """Sleep until woken, `seconds` at most."""
        if seconds <= 0:
            await asyncio.sleep(0)  # others have their turn all the same
        else:
            try:
                async with asyncio.timeout(seconds):
                    await self._bell.wait()
                for _ in range(FURTHER_ROUNDS):
                    await asyncio.sleep(0)
            except TimeoutError:
                pass
        self._bell.clear()


def _can_wait(report: Report) -> bool:
    """Log lines and progress."""
    return isinstance(report, Logged | Progressed)
