"""The control socket: how other processes wake the runner, ask how it is, and tell it to reload or stop.

One JSON line in, one JSON line out. Mode 0600: who may open the state file may talk to its runner.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import socket
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

MAX_LINE = 64 * 1024
PRIVATE = 0o600
Handler = Callable[[dict[str, Any]], dict[str, Any]]


def socket_path(state: Path) -> Path:
    """Where the runner of this state file listens."""
    return state.with_name(state.name + ".sock")


@contextlib.contextmanager
def _short(path: Path) -> Iterator[str]:
    """A name for `path` that fits the 108 bytes of a socket address, however deep its folder is."""
    if len(os.fsencode(path)) < 100:
        yield str(path)
        return
    folder = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        yield f"/proc/self/fd/{folder}/{path.name}"
    finally:
        os.close(folder)


class ControlServer:
    """Listens beside the state file. Only the holder of the site's lock opens it, so a stale socket is just removed."""

    def __init__(self, state: Path, handle: Handler) -> None:
        self.path = socket_path(state)
        self._handle = handle
        self._server: asyncio.Server | None = None
        self._inode: int | None = None

    async def open(self) -> None:
        """Bind and listen, also anew. OSError if the folder can't be written."""
        await self.close()
        self.path.unlink(missing_ok=True)
        listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        try:
            # Linux gives the file the socket's own mode, so it is private from its first moment. A umask would be for
            # the whole process, and threads of it make files too; what an odd one takes away is given back.
            os.fchmod(listener.fileno(), PRIVATE)
            with _short(self.path) as name:
                listener.bind(name)
            self.path.chmod(PRIVATE)
        except OSError:
            listener.close()
            raise
        self._inode = self.path.stat().st_ino
        self._server = await asyncio.start_unix_server(self._serve, sock=listener, limit=MAX_LINE)

    def is_reachable(self) -> bool:
        """Whether the file in the folder is still ours: somebody may have removed or replaced it."""
        try:
            return self.path.stat().st_ino == self._inode
        except OSError:
            return False

    async def close(self) -> None:
        if self._server is not None:
            self._server.close()
            self._server = None
        if self.is_reachable():
            self.path.unlink(missing_ok=True)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(ConnectionError, TimeoutError, asyncio.LimitOverrunError, ValueError):
            line = await asyncio.wait_for(reader.readline(), timeout=10)
            if line:
                writer.write(json.dumps(self._answer(line)).encode() + b"\n")
                await writer.drain()
        with contextlib.suppress(ConnectionError):
            writer.close()

    def _answer(self, line: bytes) -> dict[str, Any]:
        try:
            message = json.loads(line)
        except ValueError:
            return {"error": "not a JSON line"}
        if not isinstance(message, dict):
            return {"error": "not a JSON object"}
        return self._handle(message)


def ask(state: Path, op: str, *, timeout: float = 5.0, **more: Any) -> dict[str, Any] | None:
    """Send one message to the runner of this state file; None if nobody answers within `timeout` seconds."""
    path = socket_path(state)
    try:
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as client, _short(path) as name:
            client.settimeout(timeout)
            client.connect(name)
            client.sendall(json.dumps({"op": op, **more}).encode() + b"\n")
            answer = client.makefile("rb").readline(MAX_LINE)
            message = json.loads(answer) if answer else None
    except (OSError, ValueError):
        return None
    return message if isinstance(message, dict) else None
