"""The program as a real process that doesn't pay for Python's start: forked from an interpreter that has imported it.

Each call has its own process, environment, folder, streams and end, and so have the processes that it starts itself.
What it lacks is a start of its own: a promise about that (imports, the command line that others see) or about terminals
is tested with the installed program.

a test's process ──(arguments, environment, folder, streams)──► warm_server.py ──fork──► the program
                 ◄──────(its pid; in the end its exit code)─────┘
"""

from __future__ import annotations

import io
import json
import os
import selectors
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import IO

LONGEST_REQUEST = 1 << 20


class Process:
    """A program that was started; as `subprocess.Popen`, as far as tests ask."""

    def __init__(self, pid: int, answers: socket.socket) -> None:
        self.pid = pid
        self.returncode: int | None = None
        self._answers = answers

    def wait(self, timeout: float | None = None) -> int:
        """Its exit code, or minus the signal that ended it. subprocess.TimeoutExpired after so many seconds."""
        if self.returncode is None:
            self._answers.settimeout(timeout)
            try:
                answer = self._answers.recv(20)
            except (TimeoutError, BlockingIOError):
                raise subprocess.TimeoutExpired(f"process {self.pid}", timeout or 0) from None
            self._answers.close()
            self.returncode = int(answer)
        return self.returncode

    def poll(self) -> int | None:
        """Its exit code, if it has ended."""
        with suppress(subprocess.TimeoutExpired):
            return self.wait(0)
        return None

    def send_signal(self, number: int) -> None:
        if self.poll() is None:
            with suppress(ProcessLookupError):  # it has ended this moment: the server has heard of it, and we shall
                os.kill(self.pid, number)

    def kill(self) -> None:
        self.send_signal(signal.SIGKILL)


class Server:
    """Starts programs that share an opinion of warnings."""

    def __init__(self, warnings: str) -> None:
        self._requests, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self._requests.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, LONGEST_REQUEST)
        with theirs:
            self._process = subprocess.Popen(
                [sys.executable, str(Path(__file__).with_name("warm_server.py")), str(theirs.fileno())],
                pass_fds=[theirs.fileno()],
                env={**os.environ, "PYTHONWARNINGS": warnings},
                cwd="/",
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
            )

    def start(self, args: list[str], env: Mapping[str, str], cwd: Path, out: int, err: int, module: bool) -> Process:
        """`python -m linodctl ARGS`, or `linodctl ARGS`, with these streams."""
        umask = os.umask(0)
        os.umask(umask)
        request = {"args": args, "env": dict(env), "cwd": str(cwd), "module": module, "umask": umask}
        answers, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with theirs:
            socket.send_fds(self._requests, [json.dumps(request).encode()], [0, out, err, theirs.fileno()])
        return Process(int(answers.recv(20)), answers)

    def close(self) -> None:
        self._requests.close()
        self._process.wait()


_servers: dict[str, Server] = {}
"""By PYTHONWARNINGS."""


def close_servers() -> None:
    """At the end of all tests."""
    while _servers:
        _servers.popitem()[1].close()


def start(args: list[str], *, env: Mapping[str, str], cwd: Path, out: IO[str]) -> Process | subprocess.Popen[str]:
    """Start `python -m linodctl ARGS`; what it writes goes to a file."""
    if _only_heeded_at_a_start(env):
        return subprocess.Popen(_command(args, True), env=env, cwd=cwd, stdout=out, stderr=out, text=True)
    return _server_for(env).start(args, env, cwd, out.fileno(), out.fileno(), True)


def run(
    args: list[str], *, env: Mapping[str, str], cwd: Path, timeout: float, module: bool = True
) -> subprocess.CompletedProcess[str]:
    """Run `linodctl ARGS`, or `python -m linodctl ARGS`, to its end, as `subprocess.run` does."""
    command = _command(args, module)
    if _only_heeded_at_a_start(env):
        return subprocess.run(command, env=env, cwd=cwd, capture_output=True, text=True, timeout=timeout)
    (out, their_out), (err, their_err) = os.pipe(), os.pipe()
    try:
        process = _server_for(env).start(args, env, cwd, their_out, their_err, module)
    finally:
        os.close(their_out)
        os.close(their_err)
    try:
        said = _read_all([out, err], timeout)
        return subprocess.CompletedProcess(command, process.wait(timeout), said[out], said[err])
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
        raise


def _command(args: list[str], module: bool) -> list[str]:
    start = [sys.executable, "-m", "linodctl"] if module else [str(Path(sys.executable).with_name("linodctl"))]
    return [*start, *args]


def _server_for(env: Mapping[str, str]) -> Server:
    warnings = env.get("PYTHONWARNINGS", "")
    if warnings not in _servers:
        _servers[warnings] = Server(warnings)
    return _servers[warnings]


def _heeded(env: Mapping[str, str]) -> dict[str, str]:
    """What Python reads of an environment when it starts, and never again; but for the warnings."""
    found = {name: value for name, value in env.items() if name.startswith(("PYTHON", "LC_", "LANG"))}
    return {**found, "PYTHONWARNINGS": ""}


_OUR_OWN = _heeded(os.environ)


def _only_heeded_at_a_start(env: Mapping[str, str]) -> bool:
    return _heeded(env) != _OUR_OWN


def _read_all(pipes: list[int], timeout: float) -> dict[int, str]:
    """What comes out of each until all that may write to it have ended. subprocess.TimeoutExpired."""
    deadline = time.monotonic() + timeout
    read = dict.fromkeys(pipes, b"")
    with selectors.DefaultSelector() as selector:
        for pipe in pipes:
            selector.register(pipe, selectors.EVENT_READ)
        try:
            while selector.get_map():
                ready = selector.select(max(0, deadline - time.monotonic()))
                if not ready:
                    raise subprocess.TimeoutExpired("linodctl", timeout)
                for key, _ in ready:
                    if chunk := os.read(key.fd, 1 << 16):
                        read[key.fd] += chunk
                    else:
                        selector.unregister(key.fd)
        finally:
            for pipe in pipes:
                os.close(pipe)
    return {pipe: io.TextIOWrapper(io.BytesIO(content)).read() for pipe, content in read.items()}
