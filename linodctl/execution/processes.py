"""Ending what is left of a worker that lost its zygote, or its runner."""

from __future__ import annotations

import contextlib
import os
import signal
from pathlib import Path

from linodctl.identity import is_alive, members_of_session, process_started


def end_group(pid: int, started: str) -> bool:
    """KILL a worker and its offspring, by a pid and start time noted earlier in this boot. Whether there was any.

    A living process of that pid with another start time is a stranger: nothing is done. If the worker itself is gone,
    its session's remaining members are its offspring, for the kernel gives out no pid that still names a session.
    """
    if not Path("/proc").is_dir():
        return _kill_group(pid)  # no way to be sure, and no other way either
    now_there = process_started(pid)
    if now_there is not None:
        return now_there == started and _kill_group(pid)
    killed = [_kill(member) for member in members_of_session(pid, started)]
    return any(killed)


def end_helper(pid: int, started: str) -> None:
    """KILL a process that leads a group but no session, if it is still the one that started then."""
    if is_alive(pid, started):
        _kill(pid)


def _kill_group(pid: int) -> bool:
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(pid, signal.SIGKILL)
        return True
    return False


def _kill(pid: int) -> bool:
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.kill(pid, signal.SIGKILL)
        return True
    return False
