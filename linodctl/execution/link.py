"""The runner's end of one zygote: starts it, passes orders on, hears of its workers' births and deaths, and its own."""

from __future__ import annotations

import asyncio
import os
import subprocess
from collections.abc import Callable
from functools import partial
from typing import Any

from linodctl.clock import Clock
from linodctl.errors import LinodctlError
from linodctl.execution.bootstrap import FileStamp, changed
from linodctl.execution.newborn import Newborn
from linodctl.execution.orders import ExecutionSite
from linodctl.execution.outbox import Outbox
from linodctl.execution.processes import end_group
from linodctl.execution.resolve import module_of
from linodctl.execution.settle import Exit, signal_name
from linodctl.execution.wire import BadFrame, Splitter, pack, send_with_fds, unpack
from linodctl.execution.worker_process import WorkerProcess, new_ends

MOST_FORESEEN = 100
"""Modules: the zygote holds the code of each."""
FORESEE_AGAIN = 60.0
"""Seconds after which a module may have changed."""
LONGEST_PAUSE = 0.2
"""Seconds between two looks whether a zygote has ended."""


class SetupFailed(LinodctlError):
    """No zygote can be started: the site's `setup` or `preload` failed. `detail` is the traceback, if there is one."""

    def __init__(self, message: str, detail: str | None = None) -> None:
        super().__init__(message)
        self.detail = detail


class ZygoteKilled(SetupFailed):
    """A signal ended the zygote while it loaded the site's code: that may well not happen again."""


class ZygoteLink:
    """One zygote. After `start` it takes orders until it is retired, or until it dies: then `on_death` is told why."""

    def __init__(self, site: ExecutionSite, on_death: Callable[[ZygoteLink, str], None]) -> None:
        self.site = site
        self.workers: dict[int, WorkerProcess] = {}
        self.threads: list[str] = []
        """Threads that `setup` left running: forking beside them is risky."""
        self._on_death = on_death
        self._files: list[FileStamp] = []
        self._numbers = 0
        self._foresee_again: dict[str, float] = {}
        self._frames = Splitter()
        self._process: subprocess.Popen[bytes] | None = None
        self._closing = False
        self._empty = asyncio.Event()
        self._empty.set()

    async def start(self, newborn: Newborn | None = None) -> None:
        """Wait until an interpreter, the `newborn` if there is one, has loaded the site's code. SetupFailed."""
        self._loop = asyncio.get_running_loop()
        self._ready: asyncio.Future[None] = self._loop.create_future()
        try:
            newborn = newborn or Newborn(self.site.folder, self.site.env)
        except OSError as error:  # no memory, no process to be had, or the folder is gone in a deploy
            raise SetupFailed(f"no zygote can be started: {error}") from error
        newborn.taken = True
        self._control, self._process = newborn.control, newborn.process
        self._control.setblocking(False)
        self._outbox = Outbox(self._loop, self._control.fileno(), partial(send_with_fds, self._control))
        self._loop.add_reader(self._control, self._read)
        self._send(
            {
                "runner": os.getpid(),
                "pythonpath": [str(folder) for folder in self.site.pythonpath],
                "setup": self.site.setup,
                "preload": list(self.site.preload),
                "orphan_grace": self.site.orphan_grace.total_seconds(),
            }
        )
        limit = self.site.setup_timeout.total_seconds()
        try:
            await asyncio.wait_for(self._ready, limit)
        except TimeoutError:
            raise SetupFailed(f"The site's setup did not end within {limit:g} s (setup_timeout).") from None
        finally:
            if self._ready.cancelled() or self._ready.exception():
                self._closing = True
                self._process.kill()
                self._hang_up()
                await self._reaped()

    @property
    def pid(self) -> int:
        assert self._process is not None
        return self._process.pid

    @property
    def alive(self) -> bool:
        """Whether it takes orders."""
        return self._control.fileno() >= 0

    def stale(self) -> bool:
        """Whether a file that the zygote imported has changed since."""
        return changed(self._files)

    def fork(self, clock: Clock) -> WorkerProcess:
        """Order a worker. Raises OSError when this process may not open the descriptors for it."""
        ours, theirs = new_ends()
        self._numbers += 1
        worker = WorkerProcess(self._loop, clock, self._numbers, ours)
        self.workers[worker.number] = worker
        self._empty.clear()
        self._send({"op": "fork", "worker": worker.number}, theirs)
        return worker

    def foresee(self, func: str) -> None:
        """This procedure is wanted now or soon: have the zygote find out where its module is, now and then anew."""
        now, module = self._loop.time(), module_of(func)
        again = self._foresee_again.get(module)
        if now >= again if again is not None else module and len(self._foresee_again) < MOST_FORESEEN:
            self._foresee_again[module] = now + FORESEE_AGAIN
            self._send({"op": "foresee", "module": module})

    def signal(self, worker: int, number: int, group: bool = True) -> None:
        """Have the zygote signal a worker's group, or the worker alone. Nothing happens if it has ended."""
        self._send({"op": "kill", "worker": worker, "signal": int(number), "group": group})

    async def retire(self) -> None:
        """No more orders: wait until its workers have ended, then let it go and wait until it is gone."""
        await self._empty.wait()
        self._closing = True
        self._hang_up()
        await self._reaped()

    def bury_workers(self, why: str) -> None:
        """It is dead: end what is left of its workers, hear what they had said, tell whoever listens."""
        while self.workers:
            _, worker = self.workers.popitem()
            if worker.pid is not None:
                end_group(worker.pid, worker.pid_started)
            worker.gone(Exit(), lost=why)
        self._empty.set()

    async def _reaped(self) -> int:
        """Wait until it has ended. It is looked for now and then, since a thread or a descriptor to wait with may be
        just what there is none of."""
        assert self._process is not None
        pause = 0.005
        while (code := self._process.poll()) is None:
            await asyncio.sleep(pause)
            pause = min(2 * pause, LONGEST_PAUSE)
        return code

    def _send(self, message: dict[str, Any], fds: tuple[int, ...] = ()) -> None:
        self._outbox.send(pack(message), fds)

    def _read(self) -> None:
        try:
            data = self._control.recv(65536)
        except BlockingIOError:
            return
        except OSError:
            data = b""
        if not data:
            self._end_of_file()
            return
        try:
            for line in self._frames.feed(data):
                self._hear(unpack(line))
        except BadFrame:
            self._process.kill()  # type: ignore[union-attr]  # it was started, for it talks

    def _hear(self, message: dict[str, Any]) -> None:
        match message:
            case {"op": "ready", "files": files, "threads": threads}:
                self._files = [tuple(file) for file in files]
                self.threads = threads
                self._ready.set_result(None)
            case {"op": "broken", "error": error, "detail": detail}:
                self._closing = True
                self._ready.set_exception(SetupFailed(error, detail))
            case {"op": "forked", "worker": number, "pid": pid, "started": started}:
                self.workers[number].forked(pid, started)
            case {"op": "refused", "worker": number, "error": error}:
                self._ended(number, Exit(), f"no process could be made for the run: {error}")
            case {"op": "ended", "worker": number, "code": code, "signal": signal}:
                self._ended(number, Exit(code, signal, message["cpu_seconds"], message["max_rss"]))

    def _ended(self, number: int, end: Exit, lost: str | None = None) -> None:
        self.workers.pop(number).gone(end, lost)
        if not self.workers:
            self._empty.set()

    def _end_of_file(self) -> None:
        self._hang_up()
        self._dying = self._loop.create_task(self._die())

    async def _die(self) -> None:
        """Find out what it died of."""
        code = await self._reaped()
        how = f"was killed by {signal_name(-code)}" if code < 0 else f"exited with code {code}"
        if not self._ready.done():
            kind = ZygoteKilled if code < 0 else SetupFailed
            self._ready.set_exception(kind(f"The zygote {how} while it loaded the site's code."))
        elif not self._closing:
            self._on_death(self, f"the zygote {how}")

    def _hang_up(self) -> None:
        if self._control.fileno() >= 0:
            self._outbox.close()
            self._loop.remove_reader(self._control)
            self._control.close()
