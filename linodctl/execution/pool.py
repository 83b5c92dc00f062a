"""Workers that have carried out a run and may take another one of the same task (`reuse: N`)."""

from __future__ import annotations

import asyncio

from linodctl.domain import Launch
from linodctl.execution.deadlines import Deadlines
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
        self._idle: dict[str, list[Idler]] = {}
        """By task."""
        self._deadlines = Deadlines(loop, self.dismiss)

    def put(self, task: str, launch: Launch, link: ZygoteLink, worker: WorkerProcess) -> None:
        idler = Idler(self, task, launch, link, worker)
        self._idle.setdefault(task, []).append(idler)
        self._deadlines.add(idler, IDLE_FOR)

    def take(self, task: str, launch: Launch, link: ZygoteLink) -> WorkerProcess | None:
        """A worker of this task, launched the same way by this zygote."""
        for idler in self._idle.get(task, ()):
            if idler.launch == launch and idler.link is link:
                self.remove(idler)
                return idler.worker
        return None

    def remove(self, idler: Idler) -> None:
        if idler in self._idle.get(idler.task, ()):
            self._idle[idler.task].remove(idler)
            self._deadlines.drop(idler, IDLE_FOR)

    def dismiss(self, idler: Idler) -> None:
        self.remove(idler)
        idler.worker.dismiss()

    def dismiss_all(self) -> None:
        for idlers in list(self._idle.values()):
            for idler in list(idlers):
                self.dismiss(idler)
