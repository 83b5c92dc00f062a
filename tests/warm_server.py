"""An interpreter that has imported the program and forks a process for each call of it; see warm.py.

It imports nothing of a site, reads no config and starts no thread, so that a child is what a new interpreter would be.
"""

from __future__ import annotations

import atexit
import gc
import json
import os
import pkgutil
import selectors
import signal
import socket
import sys
import threading
import time
from contextlib import suppress
from importlib import import_module
from pathlib import Path
from typing import Any, NoReturn

import linodctl
from linodctl.cli import main

LONGEST_REQUEST = 1 << 20
ELSEWHERE = ("linodctl.__main__", "linodctl.procedures", "linodctl.testing", "linodctl.top", "linodctl.cli.top")
"""Imported by other processes than the program, or by few."""

Request = dict[str, Any]

doors: dict[int, tuple[int, socket.socket]] = {}
"""For each watch on a living child its pid, and who is told of its end. A child never drops this: Python would complain
of sockets left open, which are the server's."""


def serve(door: socket.socket) -> tuple[Request, list[int]] | None:
    """Fork a child for each request until nobody can ask any more. In the child: its request and its streams."""
    with selectors.DefaultSelector() as selector:
        selector.register(door, selectors.EVENT_READ)
        while True:
            for key, _ in selector.select():
                if key.fd in doors:
                    selector.unregister(key.fd)
                    _tell_end(key.fd, *doors.pop(key.fd))
                    continue
                message, streams, *_ = socket.recv_fds(door, LONGEST_REQUEST, 4)
                if not message:
                    return None
                pid = os.fork()
                if pid == 0:
                    return json.loads(message), streams
                for stream in streams[:3]:
                    os.close(stream)
                answers = socket.socket(fileno=streams[3])
                answers.send(str(pid).encode())
                watch = os.pidfd_open(pid)
                doors[watch] = (pid, answers)
                selector.register(watch, selectors.EVENT_READ)


def _tell_end(watch: int, pid: int, answers: socket.socket) -> None:
    os.close(watch)
    code = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
    with answers, suppress(OSError):  # the test doesn't listen any more
        answers.send(str(code).encode())


def become(request: Request, streams: list[int]) -> None:
    """Make of this process what a call's own interpreter would be before it runs `main`."""
    for number, stream in enumerate(streams[:3]):
        os.dup2(stream, number)
    sys.stdin = os.fdopen(0, closefd=False)  # the server's streams know what kind of file they are of
    sys.stdout = os.fdopen(1, "w", closefd=False)
    sys.stderr = os.fdopen(2, "w", buffering=1, errors="backslashreplace", closefd=False)
    os.closerange(3, os.sysconf("SC_OPEN_MAX"))
    os.umask(request["umask"])
    os.chdir(request["cwd"])
    os.environ.clear()
    os.environ.update(request["env"])
    time.tzset()
    program = Path(sys.executable).with_name("linodctl")
    sys.path[0] = request["cwd"] if request["module"] else str(program.parent)
    sys.argv = [linodctl.__path__[0] + "/__main__.py" if request["module"] else str(program), *request["args"]]


def end(code: int) -> NoReturn:
    """As Python ends, but without taking apart every module that it has: that takes longer than most calls."""
    threading._shutdown()  # joins threads, and ends those of pools
    atexit._run_exitfuncs()
    sys.stdout.flush()
    os._exit(code)


def import_all() -> None:
    for module in pkgutil.walk_packages(linodctl.__path__, "linodctl."):
        if not module.name.startswith(ELSEWHERE):
            import_module(module.name)


if __name__ == "__main__":
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # it ends when its tests do
    door = socket.socket(fileno=int(sys.argv[1]))
    import_all()
    gc.freeze()
    asked = serve(door)
    if asked:
        signal.signal(signal.SIGINT, signal.default_int_handler)
        become(*asked)
        end(main())
