"""The runner's inbox: what workers report, and the bell that ends the loop's sleep.

Each answer is a tick, with a transaction. So what nobody waits for is collected for a moment before the bell rings.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable

from linodctl.execution.reports import Ended, Logged, Progressed, Report

CHATTER = 0.1
"""Seconds for which small talk is collected before it wakes the loop: chatty runs cost little."""
GATHER = 0.02
"""The same for ends that nothing waits for: the ticks for them would be in the way of what starts at the same time."""
FURTHER_ROUNDS = 2
"""Rounds of the loop between the bell and its answer: who ends at the same moment is heard with the first, and one
transaction serves them all."""


class Inbox:
    """Reports in the order in which they came. Used on the loop's thread only."""

    def __init__(self) -> None:
        self.reports: deque[Report] = deque()
        self.is_awaited: Callable[[int], bool] = lambda run_id: True
        """Whether something waits for the end of this run."""
        self._bell = asyncio.Event()
        self._timer: asyncio.TimerHandle | None = None

    def take(self, report: Report) -> None:
        self.reports.append(report)
        if _is_chatter(report):
            self._wake_within(CHATTER)
        elif isinstance(report, Ended) and not self.is_awaited(report.run_id):
            self._wake_within(GATHER)
        else:
            self.wake()

    def _wake_within(self, seconds: float) -> None:
        loop = asyncio.get_running_loop()
        if self._timer is None or self._timer.when() > loop.time() + seconds:
            if self._timer is not None:
                self._timer.cancel()
            self._timer = loop.call_later(seconds, self.wake)

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


def _is_chatter(report: Report) -> bool:
    """Log lines and progress."""
    return isinstance(report, Logged | Progressed)
