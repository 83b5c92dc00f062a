"""The procedures under torture. Each notes its start, and its end together with how it means to end.

No two runs of a task may be under way at the same time (unless it is `overlap: allow`), nor two users of a limit of
one: each holds a file lock for as long as it works, and notes an `overlap` if somebody else has it.
"""

from __future__ import annotations

import asyncio
import ctypes
import fcntl
import os
import random
import resource
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager

from linodctl import Retry, RunContext, Skip

from .journal import folder, note

DYING = 0.3
"""Seconds for which a holder that was sent KILL may still be seen by the kernel."""
DAEMON_LIFE = 20
SLEEPER = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); time.sleep(600)"


class Work:
    """One run as the journal sees it."""

    def __init__(self, ar: RunContext) -> None:
        self._words = {"task": ar.task, "slot": ar.scheduled_for.isoformat(), "attempt": ar.attempt, "run": ar.run_id}
        note("start", **self._words)

    def end(self, how: str) -> None:
        """The outcome that the procedure is about to have."""
        note("end", how=how, **self._words)


@contextmanager
def at_work(ar: RunContext, *alone: str, how: str = "succeeded") -> Iterator[Work]:
    """Note the start and the end of the block, which alone holds the task and these limits."""
    work = Work(ar)
    with ExitStack() as held:
        for name in alone:
            held.enter_context(_holding(name, ar))
        yield work
    work.end(how)


@contextmanager
def _holding(name: str, ar: RunContext) -> Iterator[None]:
    path = folder() / "held" / name
    fd = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        if not _lock(fd):
            note("overlap", of=name, task=ar.task, run=ar.run_id, other=os.pread(fd, 100, 0).decode())
        os.ftruncate(fd, 0)
        os.pwrite(fd, f"run {ar.run_id}".encode(), 0)
        yield
    finally:
        os.close(fd)


def _lock(fd: int) -> bool:
    deadline = time.monotonic() + DYING
    while True:
        try:
            fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return True
        except BlockingIOError:
            if time.monotonic() > deadline:
                return False
            time.sleep(0.01)


# --- those that end well ----------------------------------------------------------------------------


def quick(ar: RunContext) -> None:
    with at_work(ar, ar.task):
        pass


def beside_itself(ar: RunContext) -> None:
    """For `overlap: allow`: it holds nothing."""
    with at_work(ar):
        time.sleep(random.uniform(0, 2))


def lasting(ar: RunContext, seconds: float, use: str = "") -> None:
    with at_work(ar, ar.task, *filter(None, [use])):
        time.sleep(random.uniform(seconds / 2, seconds))


def lingering(ar: RunContext, seconds: float) -> None:
    """Ignores TERM, and ends in its own time."""
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    with at_work(ar, ar.task):
        time.sleep(seconds)


def polite(ar: RunContext) -> None:
    """Stops when it is asked to."""
    with at_work(ar, ar.task):
        ar.cancelled.wait(3)


def counting(ar: RunContext) -> None:
    """Keeps a cursor from run to run."""
    ar.memory["runs"] = ar.memory.get("runs", 0) + 1
    with at_work(ar, ar.task):
        ar.progress(ar.memory["runs"], None, "counted")


def chatty(ar: RunContext, lines: int) -> None:
    with at_work(ar, ar.task):
        for number in range(lines):
            print(f"line {number} of a long story \x1b[31m\udcff")
            ar.info("record %s", number)
        os.write(1, b"\xff\x00 not a text\n" * 100)


def crowded(ar: RunContext) -> None:
    with at_work(ar, ar.task), ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda number: (ar.info("thread %s", number), time.sleep(0.05)), range(16)))


async def awaiting(ar: RunContext) -> None:
    with at_work(ar, ar.task):
        await asyncio.gather(*(asyncio.sleep(0.01 * number) for number in range(20)))


def family(ar: RunContext) -> None:
    """Leaves a child and a grandchild behind that don't want to go: they belong to the run and end with it."""
    with at_work(ar, ar.task):
        subprocess.Popen([sys.executable, "-S", "-c", SLEEPER])
        subprocess.Popen(["sh", "-c", f"trap '' TERM; {sys.executable} -S -c '{SLEEPER}' & wait"])
        time.sleep(random.uniform(0, 1))


def daemon(ar: RunContext) -> None:
    """Leaves a process in a session of its own, forked without exec: it goes on, and may keep nothing busy."""
    with at_work(ar):
        if os.fork() == 0:
            os.setsid()
            note("daemon", run=ar.run_id)
            time.sleep(DAEMON_LIFE)
            os._exit(0)


# --- those that don't -------------------------------------------------------------------------------


def failing(ar: RunContext) -> None:
    with at_work(ar, ar.task, how="failed"):
        time.sleep(0.05)
    raise ValueError("on purpose")


def flaky(ar: RunContext) -> None:
    """Fails now and then, and sometimes wishes for another try."""
    fate = random.choice(["succeeded", "failed", "warned", "skipped", "retry"])
    with at_work(ar, ar.task, how="failed" if fate == "retry" else fate):
        pass
    match fate:
        case "failed":
            raise OSError("the far end is away")
        case "warned":
            raise UserWarning("the feed is late")
        case "skipped":
            raise Skip("nothing to do")
        case "retry":
            raise Retry(after=1)


def segfault(ar: RunContext) -> None:
    with at_work(ar, ar.task, how="failed"):
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    ctypes.string_at(0)


def vanishing(ar: RunContext) -> None:
    with at_work(ar, ar.task, how="failed"):
        pass
    os._exit(3)


def suicidal(ar: RunContext) -> None:
    with at_work(ar, ar.task, how="lost"):
        pass
    os.kill(os.getpid(), signal.SIGKILL)


def stubborn(ar: RunContext) -> None:
    """Ignores TERM, and so does its child; only KILL ends it."""
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    with at_work(ar, ar.task, how="timed_out"):
        subprocess.Popen([sys.executable, "-S", "-c", SLEEPER])
        time.sleep(600)


def stuck(ar: RunContext) -> None:
    """Sits in C code, where no Python signal handler comes to run."""
    with at_work(ar, ar.task, how="timed_out"):
        signal.signal(signal.SIGTERM, lambda *_: None)
        ctypes.CDLL(None).sleep(600)
