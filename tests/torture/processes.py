"""The processes of a site under torture, found in /proc by the mark that they all have in their environment."""

from __future__ import annotations

import contextlib
import os
import signal
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

MARK = "TORTURE_MARK"


@dataclass(frozen=True)
class Process:
    pid: int
    parent: int
    command: str

    @property
    def is_zygote(self) -> bool:
        return "linodctl.execution.zygote" in self.command

    def kill(self) -> None:
        with contextlib.suppress(ProcessLookupError):
            os.kill(self.pid, signal.SIGKILL)


def marked(mark: str) -> list[Process]:
    """All living processes with this mark; zombies have neither environment nor files and don't count."""
    needle = f"{MARK}={mark}".encode()
    found = []
    for folder in Path("/proc").iterdir():
        if folder.name.isdigit() and int(folder.name) != os.getpid():
            with contextlib.suppress(OSError):
                if needle in (folder / "environ").read_bytes().split(b"\0"):
                    found.append(_look_at(folder))
    return found


def zygotes_of(runner: int, processes: Iterable[Process]) -> list[Process]:
    return [process for process in processes if process.is_zygote and process.parent == runner]


def workers_of(runner: int, processes: Iterable[Process]) -> list[Process]:
    """A forked worker has the zygote's command line, and the zygote as its parent."""
    everyone = list(processes)
    nurseries = {zygote.pid for zygote in zygotes_of(runner, everyone)}
    return [process for process in everyone if process.parent in nurseries]


def _look_at(folder: Path) -> Process:
    stat = (folder / "stat").read_text(errors="replace").rpartition(")")[2].split()
    if stat[0] in "ZX":
        raise ProcessLookupError
    command = (folder / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace").strip()
    return Process(int(folder.name), int(stat[1]), command)
