"""The runner's end of a worker, without a worker: nothing said is missed, and nonsense harms nobody."""

from __future__ import annotations

import asyncio
import contextlib
import os
from collections.abc import Callable
from typing import Any, BinaryIO

from linodctl.execution.reports import LogLine
from linodctl.execution.settle import Exit
from linodctl.execution.wire import pack
from linodctl.execution.worker_process import WorkerProcess, new_ends
from linodctl.testing import START, FakeClock


class Listener:
    def __init__(self) -> None:
        self.heard_all: list[Any] = []

    def forked(self, pid: int, pid_started: str) -> None:
        self.heard_all.append(("forked", pid))

    def log(self, lines: list[LogLine]) -> None:
        self.heard_all += [line.text for line in lines]

    def heard(self, frame: list[Any]) -> None:
        self.heard_all.append(frame)
        if frame[0] == "odd":
            raise ValueError("odd")

    def gone(self, end: Exit, lost: str | None) -> None:
        self.heard_all.append("gone")


def hear(say: Callable[[BinaryIO, int], None]) -> list[Any]:
    """What is heard of a worker that says this and is gone before the loop looked."""

    async def main() -> list[Any]:
        ours, (channel, reports, output) = new_ends()
        worker = WorkerProcess(asyncio.get_running_loop(), FakeClock(), 1, ours)
        listener = worker.listener = Listener()
        worker.forked(77, "1")
        with open(reports, "wb") as theirs:
            say(theirs, output)
        os.close(channel)
        os.close(output)
        worker.gone(Exit(0))
        return listener.heard_all

    return asyncio.run(main())


def line(text: str) -> bytes:
    return pack(["log", START.timestamp(), 20, "x", text])


def test_what_was_said_last_is_heard_before_the_end() -> None:
    def say(reports: BinaryIO, output: int) -> None:
        for number in range(100):
            reports.write(line(f"{number}"))
        reports.write(pack(["progress", 1, 2, ""]) + line("after"))
        os.write(output, b"raw\nrest")

    expected = [*map(str, range(100)), ["progress", 1, 2, ""], "after", "raw", "rest"]
    assert hear(say) == [("forked", 77), *expected, "gone"]


def test_nonsense_is_noted_and_the_rest_is_heard() -> None:
    def say(reports: BinaryIO, output: int) -> None:
        reports.write(line("before") + b"no frame\n" + pack(["odd"]) + pack(5) + pack(["log", "x"]) + line("after"))

    heard = hear(say)
    sense = [said for said in heard if not str(said).startswith("the worker sent")]
    assert sense == [("forked", 77), "before", ["odd"], "after", "gone"]
    assert sum(str(text).startswith("the worker sent an unreadable report") for text in heard) == 4


def test_an_unfinished_frame_is_dropped() -> None:
    assert hear(lambda reports, output: reports.write(line("whole") + b'["log",1')) == [
        ("forked", 77),
        "whole",
        "gone",
    ]


def test_a_pipe_that_was_found_full_of_lines_gets_more_room() -> None:
    """Full is it before its last byte: the kernel begins a new page for a line that doesn't fit into the old one."""

    async def main() -> tuple[int, int, int]:
        ours, (channel, reports, output) = new_ends()
        worker = WorkerProcess(asyncio.get_running_loop(), FakeClock(), 1, ours)
        listener = worker.listener = Listener()
        worker.forked(77, "1")
        said = [_fill(reports)]
        worker.drain()
        said.append(_fill(reports))
        worker.gone(Exit(0))
        for fd in (channel, reports, output):
            os.close(fd)
        return said[0], said[1], len(listener.heard_all) - len(["forked", "gone"])

    first, second, heard = asyncio.run(main())
    assert second > 10 * first and heard == first + second


def _fill(pipe: int) -> int:
    """Say the same line until there is no more room for it; how often that was."""
    os.set_blocking(pipe, False)
    count = 0
    with contextlib.suppress(BlockingIOError):
        while os.write(pipe, line("of a length that no page of the pipe is a multiple of")):
            count += 1
    return count
