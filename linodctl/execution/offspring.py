"""What descends from a worker, also what moved to a session of its own or lost its parent: found, signalled, ended.

Workers adopt the orphans among their descendants, so that all that a run started stays below its worker while that
lives; the zygote does, so that what a worker leaves behind comes to it. Where there is no such thing (only Linux has
it), nothing is found here, and a worker's process group is all that is known of its offspring.
"""

from __future__ import annotations

import contextlib
import os
import signal
from collections.abc import Collection, Iterable
from pathlib import Path

from linodctl.identity import read_proc


def children(pid: int) -> set[int]:
    """Its children, zombies included."""
    found: set[int] = set()
    with contextlib.suppress(OSError):  # it has ended, or this kernel has no such list
        for thread in os.scandir(f"/proc/{pid}/task"):
            found.update(map(int, read_proc(f"{pid}/task/{thread.name}/children").split()))
    return found


def descendants(pid: int) -> set[int]:
    """Its children, their children, and so on."""
    found: set[int] = set()
    level = children(pid)
    while level:
        found |= level
        level = {child for parent in level for child in children(parent)} - found
    return found


def send(pids: Iterable[int], number: int) -> None:
    """Signal each that lives and may be signalled (a program with the set-user-id bit may be out of reach)."""
    for pid in pids:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.kill(pid, number)


def end_tree(pid: int) -> None:
    """KILL it and its descendants. Whoever is stopped can't fork, so none slips through between look and kill."""
    known: set[int] = set()
    tree = {pid}
    while new := tree - known:
        send(new, signal.SIGSTOP)
        known |= new
        tree = {pid} | descendants(pid)
    send(known, signal.SIGKILL)


def ask_tree(pid: int, number: int) -> None:
    """Signal those below the leader of a process group that the group's signal didn't reach, and wake all of them: who
    sleeps by STOP hears of no signal."""
    for member in {pid} | descendants(pid):
        with contextlib.suppress(ProcessLookupError, PermissionError):
            if os.getpgid(member) != pid:
                os.kill(member, number)
            os.kill(member, signal.SIGCONT)


def session_of(pid: int) -> int | None:
    """The session that it belongs to; None if it is gone."""
    try:
        return os.getsid(pid)
    except OSError:
        return None


def catches(pid: int, number: int) -> bool:
    """Whether it has a handler for a signal; True where that can't be known."""
    try:
        status = (Path("/proc") / str(pid) / "status").read_text()
    except OSError:
        return True
    masks = (line.split()[1] for line in status.splitlines() if line.startswith("SigCgt:"))
    return any(int(mask, 16) >> (number - 1) & 1 for mask in masks)


def _own_list() -> int | None:
    """A descriptor to read the children of this process's first thread by at any time; a space follows each."""
    try:
        return os.open(f"/proc/{os.getpid()}/task/{os.getpid()}/children", os.O_RDONLY | os.O_CLOEXEC)
    except OSError:  # this kernel has no such list
        return None


class Adopted:
    """In the zygote: the children that came to it when their worker ended.

    Whose they were is not on record anywhere. But they come at the very moment of that end, so what is new belongs to
    the worker just ended (or, at worst, to another one that ended within the same millisecond).
    """

    def __init__(self) -> None:
        self._before = children(os.getpid())
        """What `setup` started."""
        self._daemons: set[int] = set()
        """Those that may go on."""
        self._any = False
        """Whether there were such children when a worker last ended."""
        self._list = _own_list()

    @property
    def fds(self) -> tuple[int, ...]:
        """Descriptors that are no business of a worker's."""
        return () if self._list is None else (self._list,)

    def after(self, worker: int, keep_daemons: bool, workers: Collection[int]) -> None:
        """This worker has ended: KILL what is left of its session, and what left that session unless that is kept."""
        # Nearly always there is none. Whatever comes to this process comes to its first thread.
        if self._list is not None and os.pread(self._list, 65536, 0).count(b" ") == len(workers):
            self._any = False
            return
        present = self._present(workers)
        self._any = bool(present)
        for pid in present - self._daemons:
            if keep_daemons and session_of(pid) != worker:
                self._daemons.add(pid)
            else:
                end_tree(pid)

    def bury(self, workers: Collection[int]) -> None:
        """Let go of those that have ended."""
        for pid in self._present(workers) if self._any else ():
            with contextlib.suppress(ChildProcessError):
                if os.waitpid(pid, os.WNOHANG)[0]:
                    self._daemons.discard(pid)

    def _present(self, workers: Collection[int]) -> set[int]:
        """A thread of `setup` may start children, too: they share our session, what comes from a worker never does."""
        ours = os.getsid(0)
        found = children(os.getpid()) - self._before - set(workers)
        return {pid for pid in found if session_of(pid) != ours}
