"""The caller's end of the control socket: how a command wakes its runner, or asks it something.

It stands apart from the server, since asyncio takes longer to import than a run takes to begin.
"""

from __future__ import annotations

import contextlib
import json
import socket
from pathlib import Path
from typing import Any, Self

from linodctl.sockets import connect

MAX_LINE = 64 * 1024


def socket_path(state: Path) -> Path:
    """Where the runner of this state file listens."""
    return state.with_name(state.name + ".sock")


class Line:
    """A line to the runner of a state file; where nobody listens, all that is said is lost and every answer is None."""

    def __init__(self, state: Path, timeout: float = 5.0) -> None:
        self._socket: socket.socket | None = None
        self._unheard = 0
        with contextlib.suppress(OSError):
            self._socket = connect(socket_path(state), timeout)
            self._answers = self._socket.makefile("rb")

    def tell(self, op: str, **more: Any) -> None:
        """Say something; its answer is passed over."""
        if self._socket is not None:
            with contextlib.suppress(OSError):
                self._socket.sendall(json.dumps({"op": op, **more}).encode() + b"\n")
            self._unheard += 1

    def ask(self, op: str, **more: Any) -> dict[str, Any] | None:
        """Say something and wait for the answer; None if there is none in time."""
        if self._socket is None:
            return None
        self.tell(op, **more)
        message = None
        try:
            for _ in range(self._unheard):
                message = json.loads(self._answers.readline(MAX_LINE))
        except (OSError, ValueError, RecursionError):
            return None
        self._unheard = 0
        return message if isinstance(message, dict) else None

    def close(self) -> None:
        if self._socket is not None:
            self._answers.close()
            self._socket.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def ask(state: Path, op: str, *, timeout: float = 5.0, **more: Any) -> dict[str, Any] | None:
    """Send one message to the runner of this state file; None if nobody answers within `timeout` seconds."""
    with Line(state, timeout) as line:
        return line.ask(op, **more)
