"""A host for tests: listens as systemd does, keeps what it is told."""

from __future__ import annotations

import contextlib
import socket
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from sites import PATIENCE


class FakeHost:
    """`address` is what it would put into NOTIFY_SOCKET."""

    def __init__(self, listener: socket.socket, address: str) -> None:
        self.address = address
        self.messages: list[dict[str, str]] = []
        """All that were waited for or passed over, oldest first."""
        self._listener = listener

    def wait_for(self, *assignments: str, without: str = "\0") -> dict[str, str]:
        """The next message that holds these words (`STATUS=` alone: any status), and not those."""
        return self._wait(lambda text: all(word in text for word in assignments) and without not in text, assignments)

    def wait_until_quiet(self, seconds: float) -> list[dict[str, str]]:
        """What is told within so many seconds."""
        told = []
        end = time.monotonic() + seconds
        with contextlib.suppress(TimeoutError):
            while (left := end - time.monotonic()) > 0:
                told.append(self._receive(left)[1])
        return told

    def _wait(self, fits: Callable[[str], bool], what: object) -> dict[str, str]:
        end = time.monotonic() + PATIENCE
        while (left := end - time.monotonic()) > 0:
            try:
                text, message = self._receive(left)
            except TimeoutError:
                break
            if fits(text):
                return message
        raise AssertionError(f"waited in vain for {what}; the host was told {self.messages}")

    def _receive(self, seconds: float) -> tuple[str, dict[str, str]]:
        self._listener.settimeout(seconds)
        text = self._listener.recv(65536).decode()
        message = dict(line.split("=", 1) for line in text.split("\n"))
        self.messages.append(message)
        return text, message


@contextmanager
def fake_host(address: str) -> Iterator[FakeHost]:
    """Listens at a path, or at an abstract name (`@…`)."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as listener:
        listener.bind("\0" + address[1:] if address.startswith("@") else address)
        yield FakeHost(listener, address)
