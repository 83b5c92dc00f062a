"""A worker: the child that the zygote forks, from its first instruction to its exit.

```
forked → own session → order read ──→ surroundings → capture → perform → threads, atexit → ending sent → exit
                            ↑                                                                   │
                            └────────────── while more orders may come (`reuse`) ───────────────┘
```
"""

from __future__ import annotations

import atexit
import importlib
import os
import select
import socket
import sys
import threading
import traceback
from collections.abc import Callable
from typing import Any, NoReturn

from linodctl.execution import bootstrap, confine, probe
from linodctl.execution.capture import Capture
from linodctl.execution.job import CantRun, Job
from linodctl.execution.outcome import Ending, raised
from linodctl.execution.perform import perform
from linodctl.execution.reporter import Reporter
from linodctl.execution.resolve import resolve
from linodctl.execution.usage import Usage
from linodctl.execution.wire import receive_line, unpack

BROKEN = 70
"""Exit code when this file, not the procedure, is at fault."""


class AskedToStop:
    """`ar.cancelled` of a process: while a run is under way the runner writes to the channel only to cancel it.

    So anything to read means "stop", end-of-file (the runner is gone) included. Nothing is taken from the socket:
    processes that the procedure forks see it, too.
    """

    def __init__(self, channel: socket.socket) -> None:
        self._poll = select.poll()
        self._poll.register(channel, select.POLLIN)
        self._set = False

    def __bool__(self) -> bool:
        return self.wait(0)

    def is_set(self) -> bool:
        return self.wait(0)

    def wait(self, timeout: float | None = None) -> bool:
        """Sleep for `timeout` seconds (None: for good), but wake when asked to stop. Whether it was."""
        if not self._set:
            self._set = bool(self._poll.poll(None if timeout is None else max(0, timeout) * 1000))
        return self._set


def live(channel: socket.socket, output: int, zygote_pid: int) -> NoReturn:
    """The whole life of a worker. `output` is the pipe for descriptors 1 and 2."""
    code = BROKEN
    try:
        confine.own_session(zygote_pid)
        confine.reset_signals()
        os.dup2(output, 1)
        os.dup2(output, 2)
        os.close(output)
        sys.argv[:] = ["linodctl-worker"]
        importlib.invalidate_caches()  # folders may have got new files since the zygote looked
        code = _serve(channel)
    except BaseException:
        os.write(2, traceback.format_exc().encode("utf-8", "replace"))
    finally:
        # Not sys.exit(): what the zygote's stack and its atexit functions would do must be done by the zygote alone.
        os._exit(code)


def _serve(channel: socket.socket) -> int:
    """Carry out orders until the last one; the exit code."""
    atexit._clear()  # these belong to the zygote
    reporter = Reporter(channel)
    imports = bootstrap.Imports()
    code = 0
    while (line := receive_line(channel)) is not None:
        order = unpack(line)
        if order["op"] == "probe":
            reporter.answer(probe.look(order["paths"], order["discover"]))
            break
        if order["op"] != "run":
            continue  # a cancel that came after the end of its run
        if imports.changed():
            break  # leave the run unbegun: the runner orders a fresh worker for it
        job = Job(**order["job"])
        reporter.begin()
        code = _carry_out(job, reporter, channel, imports)
        if job.last:
            break
    return code


def _carry_out(job: Job, reporter: Reporter, channel: socket.socket, imports: bootstrap.Imports) -> int:
    me = os.getpid()
    before = Usage.now()
    with Capture(reporter, job.level) as capture:
        ending = _perform(job, reporter, channel, capture, imports)
        if os.getpid() != me:
            os._exit(0)  # the procedure forked and let its child return, too: only the original speaks for the run
        if job.last:
            _shut_down()
    reporter.end(ending, job.last, *Usage.now().since(before))
    return ending.code


def _perform(
    job: Job, reporter: Reporter, channel: socket.socket, capture: Capture, imports: bootstrap.Imports
) -> Ending:
    def find(path: str) -> Callable[..., Any]:
        found = resolve(path)
        if not job.last:
            imports.note()
        return found

    try:
        confine.Surroundings(**job.surroundings).apply()
    except CantRun as error:
        return raised(error)
    ending = perform(job, reporter, AskedToStop(channel), capture.handler, find)
    if not job.last:
        imports.note()
    return ending


def _shut_down() -> None:
    """What an interpreter does at its end: wait for threads, call atexit functions, write out what is buffered.

    Both calls are private to the standard library but have been there, as they are, since Python 3.9; nothing public
    winds up executors and threads without unwinding the zygote's own frames.
    """
    threading._shutdown()  # type: ignore[attr-defined]
    atexit._run_exitfuncs()
    for stream in (sys.__stdout__, sys.__stderr__):
        if stream is not None:
            stream.flush()
