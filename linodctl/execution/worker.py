"""A worker: the child that the zygote forks, from its first instruction to its exit.

```
forked → own session → order read ──→ surroundings → capture → perform → threads, atexit → ending sent → exit
                            ↑                                                                   │
                            └────────────── while more orders may come (`reuse`) ───────────────┘
```
"""

from __future__ import annotations

import atexit
import faulthandler
import fcntl
import logging
import os
import select
import sys
import threading
import time
import traceback
from collections.abc import Callable
from typing import Any, NoReturn

from linodctl.execution import bootstrap, confine, probe
from linodctl.execution.baseline import Baseline
from linodctl.execution.capture import Capture
from linodctl.execution.job import CantRun, Job, ordered
from linodctl.execution.outcome import Ending, raised
from linodctl.execution.perform import perform
from linodctl.execution.rehearsal import REHEARSAL, forget_stage
from linodctl.execution.reporter import ChannelClosed, Reporter
from linodctl.execution.resolve import resolve
from linodctl.execution.signs import BROKEN, CHANNEL_CLOSED, STACKS_SIGNAL
from linodctl.execution.usage import Usage
from linodctl.execution.wire import read_measured, unpack

NOTE_AFTER = 2.0
"""Seconds that threads and atexit functions may take before the log says that the run goes on for them."""
_OUT_OF_THE_WAY = 240
"""Descriptors from here on are not what a procedure gets when it opens a file after it closed too many."""


class AskedToStop:
    """`ar.cancelled` of a process: while a run is under way the runner writes to the channel only to cancel it.

    So anything to read means "stop", end-of-file (the runner is gone) included. Nothing is taken from the pipe:
    processes that the procedure forks see it, too.
    """

    def __init__(self, channel: int) -> None:
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


def live(worker: Worker, channel: int, reports: int, output: int, zygote_pid: int) -> NoReturn:
    """The whole life of a worker. `channel` is the pipe of its orders, `reports` that for its words, `output` the one
    for descriptors 1 and 2."""
    code = BROKEN
    try:
        confine.own_session(zygote_pid)
        confine.reset_signals()
        os.dup2(output, 1)
        os.dup2(output, 2)
        faulthandler.register(STACKS_SIGNAL, file=_moved(output), all_threads=True)  # whatever becomes of 1 and 2
        sys.argv[:] = ["linodctl-worker"]
        atexit._clear()  # these functions belong to the zygote
        code = worker.serve(_moved(channel), _moved(reports))
    except ChannelClosed:
        code = CHANNEL_CLOSED
    except BaseException:
        os.write(2, traceback.format_exc().encode("utf-8", "replace"))
    finally:
        # Not sys.exit(): what the zygote's stack and its atexit functions would do must be done by the zygote alone.
        os._exit(code)


def _moved(fd: int) -> int:
    """The descriptor under a high number: one who closes too many and opens others must not get ours for his own."""
    try:
        moved = fcntl.fcntl(fd, fcntl.F_DUPFD_CLOEXEC, _OUT_OF_THE_WAY)
    except OSError:
        return fd  # this process may have only few
    os.close(fd)
    return moved


class Worker:
    """Carries out orders, one after the other. The zygote makes it and goes through its motions; its children, which
    get each page of their memory when they first touch it, find it ready."""

    def __init__(self, imports: bootstrap.Imports) -> None:
        self._reporter = Reporter()
        self._capture = Capture(self._reporter)
        self._imports = imports
        self._baseline: Baseline | None = None

    def rehearse(self, channel: int) -> None:
        """A run that does nothing, and that nobody hears of."""
        stop = AskedToStop(channel)
        job = ordered(unpack(REHEARSAL)["job"])
        self._reporter.begin()
        before = Usage.now()
        self._surround(job)
        self._capture.begin(job.level)
        ending = perform(job, self._reporter, stop, self._capture)
        self._capture.end()
        self._reporter.end(ending, True, *Usage.now().since(before))
        forget_stage()

    def serve(self, channel: int, reports: int) -> int:
        """Until the last order; the exit code. ChannelClosed when the procedure has left no way to say how it ended."""
        code, last = 0, False
        self._channel = channel
        is_ahead = not AskedToStop(channel)
        if is_ahead:
            self.rehearse(channel)
        self._reporter.open(reports)
        if is_ahead:
            self._reporter.ready()
        while not last and (line := read_measured(self._channel)) is not None:
            order = unpack(line)
            if order["op"] == "probe":
                self._reporter.answer(probe.look(order["paths"], order["discover"]))
                break
            if order["op"] != "run":
                continue  # a cancel that came after the end of its run
            if self._baseline is not None and self._imports.changed():
                break  # leave the run unbegun: the runner orders a fresh worker for it
            self._reporter.begin()
            code, last = self._carry_out(ordered(order["job"]))
        return code

    def _carry_out(self, job: Job) -> tuple[int, bool]:
        """The exit code, and whether the worker ends with this run."""
        me = os.getpid()
        before = Usage(0.0, 0) if job.last and self._baseline is None else Usage.now()
        capture = self._capture
        capture.begin(job.level)
        ending = self._perform(job, capture)
        if os.getpid() != me:
            os._exit(0)  # the procedure forked and let its child return, too: only the original speaks for the run
        last = job.last or bool(_threads_to_wait_for())  # they would go on into another run
        if last:
            self._shut_down()
            capture.finish()
        else:
            if self._baseline is not None:
                self._baseline.restore()
            capture.end()
            capture.renew()
        self._reporter.end(ending, last, *Usage.now().since(before))
        return ending.code, last

    def _perform(self, job: Job, capture: Capture) -> Ending:
        try:
            self._surround(job)
        except CantRun as error:
            return raised(error)
        find = resolve if job.last else self._find
        stop = AskedToStop(self._channel)
        ending = perform(job, self._reporter, stop, capture, find, confine.lift_memory_limit)
        if not job.last:
            self._imports.note()
        limit = job.surroundings["memory_limit"]
        if limit is not None and ending.reason is not None and ending.reason.startswith("MemoryError"):
            reason = f"{ending.reason} (the task's memory_limit is {limit / 2**20:g} MiB)"
            ending = ending._replace(reason=reason)
        return ending

    def _surround(self, job: Job) -> None:
        surroundings = confine.Surroundings(**job.surroundings)
        if self._baseline is None:
            surroundings.apply()
            self._baseline = None if job.last else Baseline()
        else:
            surroundings.apply_again()

    def _find(self, path: str) -> Callable[..., Any]:
        found = resolve(path)
        self._imports.note()
        return found

    def _shut_down(self) -> None:
        """What an interpreter does at its end: wait for threads, call atexit functions, write out what is buffered.

        What is private to the standard library here has been there, as it is, since Python 3.9; nothing public winds up
        executors and threads without unwinding the zygote's own frames.
        """
        if _threads_to_wait_for() or atexit._ncallbacks():
            self._wind_up()
        for stream in (sys.__stdout__, sys.__stderr__):
            try:
                if stream is not None:
                    stream.flush()
            except (OSError, ValueError):  # the procedure has closed it
                pass

    def _wind_up(self) -> None:
        note = threading.Timer(NOTE_AFTER, self._say_what_it_waits_for)
        note.daemon = True
        note.start()
        try:
            threading._shutdown()  # type: ignore[attr-defined]
            atexit._run_exitfuncs()
        except BaseException:  # the procedure's end has been seen, nothing can change it any more
            self._say(logging.ERROR, f"winding up failed:\n{traceback.format_exc()}")
        note.cancel()

    def _say_what_it_waits_for(self) -> None:
        names = ", ".join(_threads_to_wait_for())
        what = f"its threads ({names})" if names else "its atexit functions"
        self._say(logging.WARNING, f"the procedure has returned; the run goes on for {what}")

    def _say(self, level: int, text: str) -> None:
        self._reporter.line(time.time(), level, "linodctl", text)


def _threads_to_wait_for() -> list[str]:
    """Names of the threads that an interpreter waits for before it ends."""
    if threading.active_count() == 1:
        return []
    return [t.name for t in threading.enumerate() if not t.daemon and t is not threading.main_thread()]
