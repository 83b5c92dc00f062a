"""Asks a worker to look at the site's code, within a time limit."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Sequence
from typing import Any

from linodctl.clock import Clock
from linodctl.errors import LinodctlError
from linodctl.execution.keeper import Keeper
from linodctl.execution.link import ZygoteLink
from linodctl.execution.probe import Probe, ProbePath
from linodctl.execution.reports import LogLine
from linodctl.execution.settle import Exit, settle
from linodctl.execution.wire import pack

_LAST_WORDS = 20
"""Lines of output shown when the probe died."""


class ProbeFailed(LinodctlError):
    """The worker that looked at the site's code died or took too long: some module does more than define things."""


async def probe(keeper: Keeper, paths: Sequence[ProbePath], discover: Sequence[str], clock: Clock) -> Probe:
    """What the paths and modules turn out to be. Raises ProbeFailed."""
    limit = keeper.site.probe_timeout.total_seconds()
    try:
        async with asyncio.timeout(limit):
            return await _ask(await keeper.ready(), paths, discover, clock)
    except TimeoutError:
        raise ProbeFailed(f"Importing the site's procedures did not end within {limit:g} s.") from None


async def _ask(link: ZygoteLink, paths: Sequence[ProbePath], discover: Sequence[str], clock: Clock) -> Probe:
    worker = link.fork(clock)
    waiter = _Waiter(asyncio.get_running_loop())
    worker.listener = waiter
    worker.send(pack({"op": "probe", "paths": [path._asdict() for path in paths], "discover": list(discover)}))
    try:
        return await waiter.answer
    finally:
        link.signal(worker.number, signal.SIGKILL)


class _Waiter:
    """Listens to the worker of a probe."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self.answer: asyncio.Future[Probe] = loop.create_future()
        self._output: list[str] = []

    def forked(self, pid: int, pid_started: str) -> None: ...

    def log(self, lines: list[LogLine]) -> None:
        self._output = [*self._output, *(line.text for line in lines)][-_LAST_WORDS:]

    def heard(self, frame: list[Any]) -> None:
        match frame:
            case ["probe", found] if not self.answer.done():
                self.answer.set_result(Probe.from_frame(found))

    def gone(self, end: Exit, lost: str | None) -> None:
        if not self.answer.done():
            words = "".join(f"\n  {text}" for text in self._output)
            why = settle(None, end, None, lost).reason
            self.answer.set_exception(ProbeFailed(f"Importing the site's procedures failed: {why}.{words}"))
