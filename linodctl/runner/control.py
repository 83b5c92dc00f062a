"""The control socket: how other processes wake the runner, ask how it is, and tell it to reload or stop.

One JSON line out for each that came in. Mode 0600: who may open the state file may talk to its runner.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from linodctl.runner.calling import MAX_LINE, socket_path
from linodctl.sockets import ListeningSocket

Handler = Callable[[dict[str, Any]], dict[str, Any]]


class ControlServer:
    """Listens beside the state file."""

    def __init__(self, state: Path, handle: Handler) -> None:
        self.path = socket_path(state)
        self._handle = handle
        self._listener: ListeningSocket | None = None
        self._server: asyncio.Server | None = None

    async def open(self) -> None:
        """Bind and listen, also anew. OSError if the folder can't be written."""
        await self.close()
        self._listener = ListeningSocket(self.path)
        self._server = await asyncio.start_unix_server(self._serve, sock=self._listener.socket, limit=MAX_LINE)

    def is_reachable(self) -> bool:
        """Whether the file in the folder is still ours: somebody may have removed or replaced it."""
        return self._listener is not None and self._listener.is_reachable()

    async def close(self) -> None:
        if self._server is not None:
            self._server.close()
            self._server = None
        if self._listener is not None:
            self._listener.close()
            self._listener = None

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(ConnectionError, TimeoutError, asyncio.LimitOverrunError, ValueError):
            while line := await asyncio.wait_for(reader.readline(), timeout=10):
                writer.write(json.dumps(self._answer(line)).encode() + b"\n")
                await writer.drain()
        with contextlib.suppress(ConnectionError):
            writer.close()

    def _answer(self, line: bytes) -> dict[str, Any]:
        try:
            message = json.loads(line)
        except (ValueError, RecursionError):
            return {"error": "not a JSON line"}
        if not isinstance(message, dict):
            return {"error": "not a JSON object"}
        return self._handle(message)
