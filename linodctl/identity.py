"""Who a process is: a pid alone may belong to anybody by now; with its start time and the boot id it is one process."""

from __future__ import annotations

import os
from pathlib import Path

_PROC = Path("/proc")
_STATE, _GROUP, _SESSION, _STARTED = 0, 2, 3, 19
"""Fields 3, 5, 6 and 22 of /proc/PID/stat, proc_pid_stat(5), counted from behind the name."""


def boot_id() -> str:
    """What tells this boot of the machine from every other one; empty where the kernel doesn't say."""
    try:
        return (_PROC / "sys/kernel/random/boot_id").read_text().strip()
    except OSError:
        return ""


def process_started(pid: int) -> str | None:
    """The kernel's start time of a process, in ticks since boot; None if there is no such process, or no /proc."""
    fields = _stat(pid)
    return fields[_STARTED] if fields else None


def is_alive(pid: int, pid_started: str | None, boot: str | None = None) -> bool:
    """Whether the process noted down earlier still lives. `boot` is the boot id noted with it, None for this boot's.

    Without a start time, or from another boot, nothing is known of it, and the answer is no. So it is for a zombie: it
    has ended, and holds neither files nor locks.
    """
    if not pid_started or (boot is not None and boot != boot_id()):
        return False
    fields = _stat(pid)
    return bool(fields) and fields[_STARTED] == pid_started and fields[_STATE] not in ("Z", "X")


def myself() -> str:
    """This process in one word that no other process of this boot, nor of another one, shares."""
    pid = os.getpid()
    return f"{pid}/{process_started(pid) or ''}/{boot_id()}"


def still_lives(name: str) -> bool:
    """Whether the process that called itself `name` by `myself` lives."""
    pid, _, rest = name.partition("/")
    started, _, boot = rest.partition("/")
    return pid.isdigit() and is_alive(int(pid), started, boot)


def members_of_session(session: int, since: str) -> list[int]:
    """Pids of the processes in a session that started no earlier than its leader, which started at `since`."""
    found = []
    for entry in _PROC.iterdir() if _PROC.is_dir() else ():
        if entry.name.isdigit():
            fields = _stat(int(entry.name))
            if fields and fields[_SESSION] == str(session) and int(fields[_STARTED]) >= int(since or 0):
                found.append(int(entry.name))
    return found


def helpers_of(name: str) -> list[tuple[int, str]]:
    """Pid and start time of the living processes that have this process's `myself` among their arguments, each in a
    group of its own but in no session of its own: what such a helper forks looks the same but for that."""
    found = []
    for entry in _PROC.iterdir() if _PROC.is_dir() else ():
        if entry.name.isdigit() and name.encode() in _arguments(entry):
            fields = _stat(int(entry.name))
            leads = fields and fields[_GROUP] == entry.name != fields[_SESSION]
            if leads and fields[_STATE] not in ("Z", "X"):
                found.append((int(entry.name), fields[_STARTED]))
    return found


def read_proc(name: str) -> bytes:
    """A short file below /proc. OSError. By bare system calls, for the birth and the end of each run ask for some."""
    fd = os.open(f"/proc/{name}", os.O_RDONLY | os.O_CLOEXEC)
    try:
        return b"".join(iter(lambda: os.read(fd, 65536), b""))
    finally:
        os.close(fd)


def _arguments(process: Path) -> list[bytes]:
    try:
        return (process / "cmdline").read_bytes().split(b"\0")
    except OSError:
        return []


def _stat(pid: int) -> list[str]:
    """The fields behind the process's name, which itself may hold spaces and parentheses."""
    try:
        return read_proc(f"{pid}/stat").rpartition(b")")[2].decode("ascii", "replace").split()
    except OSError:
        return []
