"""Telling one process from a later one with the same pid, and ending what is left of a worker that lost its zygote."""

from __future__ import annotations

import contextlib
import os
import signal
from pathlib import Path

STACKS_SIGNAL = signal.SIGUSR2
"""Makes a worker write the stacks of all its threads to its output, even when it is stuck in C code."""

_PROC = Path("/proc")
_AFTER_NAME = {"session": 3, "start": 19}
"""Fields 6 and 22 of /proc/PID/stat, counted from behind the name (which may hold spaces and parentheses)."""


def start_time(pid: int) -> str:
    """The kernel's start time of a process: ticks since boot, proc_pid_stat(5). Empty if there is none to be had."""
    return _stat(pid).get("start", "")


def boot_id() -> str:
    """What tells this boot of the machine from every other; empty where the kernel doesn't say."""
    try:
        return Path("/proc/sys/kernel/random/boot_id").read_text().strip()
    except OSError:
        return ""


def end_group(pid: int, started: str) -> bool:
    """KILL a worker and its offspring, by a pid and start time noted earlier in this boot. Whether there was any.

    A living process of that pid with another start time is a stranger: nothing is done. If the worker itself is gone,
    its session's remaining members are its offspring, for the kernel gives out no pid that still names a session.
    """
    if not _PROC.is_dir():
        return _kill_group(pid)  # no way to be sure, and no other way either
    if start_time(pid) == started != "":
        return _kill_group(pid)
    if start_time(pid):
        return False
    killed = [_kill(member) for member in _session_members(pid, started)]
    return any(killed)


def _session_members(session: int, since: str) -> list[int]:
    """Pids of the processes in a session that started no earlier than its leader did."""
    found = []
    for entry in _PROC.iterdir():
        if entry.name.isdigit():
            stat = _stat(int(entry.name))
            if stat.get("session") == str(session) and int(stat["start"]) >= int(since or 0):
                found.append(int(entry.name))
    return found


def _stat(pid: int) -> dict[str, str]:
    try:
        fields = (_PROC / str(pid) / "stat").read_bytes().rpartition(b")")[2].split()
    except OSError:
        return {}
    return {name: fields[index].decode() for name, index in _AFTER_NAME.items()}


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
