"""A tree of processes: what it costs (CPU time, memory, wake-ups), and its end. Linux only, from /proc."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from collections import defaultdict
from contextlib import suppress
from pathlib import Path
from typing import Any, NamedTuple

_TICK = 1 / os.sysconf("SC_CLK_TCK")


class Cost(NamedTuple):
    cpu: float
    """Seconds of CPU so far, of the whole tree and of its children that have ended."""
    wakes: int
    """Voluntary context switches so far: a thread that sleeps and is woken makes one."""
    pss: int
    """Bytes of memory now, of which shared pages count in part (PSS): the sum over a tree is what it takes."""


def tree(root: int) -> list[int]:
    """The process and its descendants, whatever their sessions."""
    children: dict[int, list[int]] = defaultdict(list)
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit() and (fields := _stat(int(entry.name))):
            children[int(fields[1])].append(int(entry.name))
    found, at = [root], 0
    while at < len(found):
        found += children[found[at]]
        at += 1
    return found


def cost(root: int, *, memory: bool = False) -> Cost:
    """Looking at memory costs the kernel some time: only when asked for."""
    pids = tree(root)
    return Cost(sum(map(_cpu, pids)), sum(map(_wakes, pids)), sum(map(_pss, pids)) if memory else 0)


def end_tree(process: subprocess.Popen[Any]) -> None:
    """TERM to the first of it; KILL to what is left ten seconds later, or when that one has ended."""
    family = {pid: _started(pid) for pid in tree(process.pid)}
    process.terminate()
    try:
        process.wait(10)
    except subprocess.TimeoutExpired:
        family |= {pid: _started(pid) for pid in tree(process.pid)}
    for pid, since in family.items():
        if since and _started(pid) == since:  # else the pid belongs to somebody else by now
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
    process.wait()


def _cpu(pid: int) -> float:
    """The process's own time by its CPU clock, in nanoseconds; that of its ended children is told in ticks."""
    fields = _stat(pid)
    if not fields:
        return 0.0
    try:
        own = time.clock_gettime((~pid << 3) | 2)  # what clock_getcpuclockid(3) makes of a pid
    except OSError:
        own = 0.0
    return own + (int(fields[13]) + int(fields[14])) * _TICK


def _wakes(pid: int) -> int:
    total = 0
    for thread in Path(f"/proc/{pid}/task").glob("*/status"):
        try:
            total += int(thread.read_text().partition("\nvoluntary_ctxt_switches:")[2].split()[0])
        except (OSError, IndexError):
            continue  # it has ended meanwhile
    return total


def _pss(pid: int) -> int:
    try:
        return int(Path(f"/proc/{pid}/smaps_rollup").read_text().partition("Pss:")[2].split()[0]) * 1024
    except (OSError, IndexError):
        return 0


def _started(pid: int) -> int:
    """When this process started, in ticks since the boot: with its pid that names it. 0 when there is none."""
    fields = _stat(pid)
    return int(fields[19]) if fields and fields[0] != "Z" else 0


def _stat(pid: int) -> list[str]:
    """The fields behind the program's name, state first; none when the process has ended."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return []
