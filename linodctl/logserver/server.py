"""The log server: listens beside the state file and hands the batches of its clients to the site's log, in their order.

```
accept → hello → batch → site log → answer ─┐
                   ↑                        │      what is no frame: that client is hung up on
                   └────────────────────────┘
```
It sleeps in the kernel as long as nobody sends, and looks once a minute whether its socket is still there.
"""

from __future__ import annotations

import logging
import resource
import selectors
import socket
import threading
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from linodctl.clock import SystemClock
from linodctl.logserver.entry import MAX_FRAME, TAKEN, BadFrame, Entry, unpack_entries, unpack_hello
from linodctl.sockets import ListeningSocket

logger = logging.getLogger("linodctl.logserver")

Take = Callable[[Sequence[Entry]], None]

CHUNK = 256 * 1024
"""Bytes that are read of a client before it is another's turn."""
LOOK_AROUND = 60
"""Seconds between two looks at the socket's file."""
FEWEST_CLIENTS = 16
"""So many are served however few descriptors this process may open; else a quarter of these."""
LAST_WORDS = 1.0
"""Seconds for which a server that closes still hears what clients have sent."""
BAD_CLIENTS_TOLD = 5
"""So many are told of in the log: one gone wild must not fill it."""


class LogServer:
    """A thread that serves the socket at `path` from `open` to `close`."""

    def __init__(self, path: Path, take: Take) -> None:
        """`take` is called from the thread; what it has taken is not asked for again."""
        self._path = path
        self._take = take
        self._clock = SystemClock()
        self._bad_clients = 0
        self._clients: set[_Client] = set()
        # Workers need descriptors, too. Who finds no room waits in the socket's backlog, as with a slow server.
        self._most_clients = max(FEWEST_CLIENTS, resource.getrlimit(resource.RLIMIT_NOFILE)[0] // 4)

    def open(self) -> None:
        """Bind, listen, and serve from now on. OSError if the folder can't be written."""
        self._listener = ListeningSocket(self._path)
        self._selector = selectors.DefaultSelector()
        self._listen()
        self._wake, self._waker = socket.socketpair()
        self._selector.register(self._wake, selectors.EVENT_READ)
        self._closing = threading.Event()
        self._thread = threading.Thread(target=self._serve, name="linodctl-log-server", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Take what has arrived, then hang up; clients keep what was not answered."""
        self._closing.set()
        self._waker.send(b"x")
        self._thread.join()
        self._selector.close()
        self._listener.close()
        for client in self._clients:
            client.connection.close()
        self._wake.close()
        self._waker.close()

    def _serve(self) -> None:
        while not self._closing.is_set():
            events = self._selector.select(LOOK_AROUND)
            self._answer(events)
            if not events:
                self._look_around()
        end = self._clock.monotonic() + LAST_WORDS
        self._selector.unregister(self._wake)
        while (events := self._selector.select(0)) and self._clock.monotonic() < end:
            self._answer(events)

    def _listen(self) -> None:
        self._listener.socket.setblocking(False)
        self._selector.register(self._listener.socket, selectors.EVENT_READ)

    def _look_around(self) -> None:
        """Somebody who tidies up may have removed the socket's file: nobody could find us any more."""
        if self._listener.is_reachable():
            return
        try:
            fresh = ListeningSocket(self._path)
        except OSError:
            return
        if self._listener.socket in self._selector.get_map():
            self._selector.unregister(self._listener.socket)
        self._listener.close()
        self._listener = fresh
        self._listen()

    def _answer(self, events: list[tuple[selectors.SelectorKey, int]]) -> None:
        for key, _ in events:
            if isinstance(key.data, _Client):
                self._hear(key.data)
            elif key.fileobj is not self._wake:
                self._accept()

    def _accept(self) -> None:
        try:
            connection, _ = self._listener.socket.accept()
        except OSError:  # it has gone again, or this process may open no more
            return
        connection.setblocking(False)
        client = _Client(connection)
        self._clients.add(client)
        self._selector.register(connection, selectors.EVENT_READ, client)
        if len(self._clients) >= self._most_clients:
            self._selector.unregister(self._listener.socket)

    def _hear(self, client: _Client) -> None:
        try:
            for entries in client.read():
                self._take(entries)
                client.connection.send(TAKEN)
        except BadFrame as error:
            self._tell_of_bad(client, error)
            self._hang_up(client)
        except OSError:  # it is gone, or doesn't read our answers
            self._hang_up(client)

    def _hang_up(self, client: _Client) -> None:
        self._clients.discard(client)
        self._selector.unregister(client.connection)
        client.connection.close()
        if self._listener.socket not in self._selector.get_map():
            self._listen()

    def _tell_of_bad(self, client: _Client, error: BadFrame) -> None:
        self._bad_clients += 1
        if self._bad_clients <= BAD_CLIENTS_TOLD:
            logger.warning("hung up on a client of the log server (%s): %s", client.name, error)


class _Client:
    """One connection."""

    def __init__(self, connection: socket.socket) -> None:
        self.connection = connection
        self._rest = b""
        self._who: tuple[int, str] | None = None

    @property
    def name(self) -> str:
        return f"pid {self._who[0]}" if self._who else "it has not said who it is"

    def read(self) -> Iterator[list[Entry]]:
        """The batches that have come in. BadFrame, or OSError, also at end-of-file."""
        data = self.connection.recv(CHUNK)
        if not data:
            raise ConnectionResetError("end of file")
        *lines, self._rest = (self._rest + data).split(b"\n")
        if len(self._rest) > MAX_FRAME:
            raise BadFrame(f"more than {MAX_FRAME} bytes without an end of line")
        for line in lines:
            if self._who is None:
                self._who = unpack_hello(line)
            else:
                yield unpack_entries(line, *self._who)
