"""Workers that have carried out a run and may take another one of the same task (`reuse: N`)."""

from __future__ import annotations

import asyncio

from linodctl.domain import Launch
from linodctl.execution.link import ZygoteLink
from linodctl.execution.reports import LogLine
from linodctl.execution.settle import Exit
from linodctl.execution.worker_process import WorkerProcess

IDLE_FOR = 300.0
"""Seconds after which a worker that nobody needed is let go."""


class Idler:
    """A worker at rest. What it still says belongs to no run and is dropped."""

    def __init__(self, pool: Pool, task: str, launch: Launch, link: ZygoteLink, worker: WorkerProcess) -> None:
        self.task, self.launch, self.link, self.worker = task, launch, link, worker
        self._pool = pool
        worker.listener = self

    def forked(self, pid: int, pid_started: str) -> None: ...

    def log(self, lines: list[LogLine]) -> None: ...

    def heard(self, frame: list[object]) -> None: ...

    def gone(self, end: Exit, lost: str | None) -> None:
        self._pool.remove(self)


class Pool:
    """The idle workers of an executor."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop
        self._idle: dict[Idler, asyncio.TimerHandle] = {}

    def put(self, task: str, launch: Launch, link: ZygoteLink, worker: WorkerProcess) -> None:
        idler = Idler(self, task, launch, link, worker)
        self._idle[idler] = self._loop.call_later(IDLE_FOR, self.dismiss, idler)

    def take(self, task: str, launch: Launch, link: ZygoteLink) -> WorkerProcess | None:
        """A worker of this task, launched the same way by this zygote."""
        for idler in self._idle:
            if (idler.task, idler.launch, idler.link) == (task, launch, link):
                self.remove(idler)
                return idler.worker
        return None

    def remove(self, idler: Idler) -> None:
        timer = self._idle.pop(idler, None)
        if timer is not None:
            timer.cancel()

    def dismiss(self, idler: Idler) -> None:
        self.remove(idler)
        idler.worker.dismiss()

    def dismiss_all(self) -> None:
        for idler in list(self._idle):
            self.dismiss(idler)
