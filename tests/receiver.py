"""A small HTTP server on the loopback interface that keeps what it is sent, can fail, be slow, and go down."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

PATIENCE = 20.0


@dataclass
class Hit:
    """One request."""

    path: str
    body: str

    @property
    def json(self) -> dict[str, Any]:
        document: dict[str, Any] = json.loads(self.body)
        return document


class Receiver:
    """Answers with `status`, if it is up and once `gate` is open."""

    def __init__(self) -> None:
        self.hits: list[Hit] = []
        self.status = 200
        self.gate = threading.Event()
        self.gate.set()
        self.asked = threading.Event()
        self.port = 0
        self._server: ThreadingHTTPServer | None = None
        self._news = threading.Condition()

    @property
    def alerts(self) -> str:
        """An address of apprise."""
        return f"json://127.0.0.1:{self.port}/s3cret-token"

    @property
    def ping(self) -> str:
        return f"http://127.0.0.1:{self.port}/ping-s3cret"

    def up(self) -> None:
        """Listen, on the port of before if there was one."""
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length") or 0)).decode()
                receiver.asked.set()
                receiver.gate.wait(PATIENCE)
                with receiver._news:
                    receiver.hits.append(Hit(self.path, body))
                    receiver._news.notify_all()
                try:
                    self.send_response(receiver.status)
                    self.end_headers()
                    self.wfile.write(b"OK")
                except OSError:
                    pass

            def log_message(self, *args: object) -> None:
                pass

        ThreadingHTTPServer.allow_reuse_address = True
        self._server = ThreadingHTTPServer(("127.0.0.1", self.port), Handler)
        self._server.daemon_threads = True
        self.port = self._server.server_address[1]
        threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()

    def down(self) -> None:
        """Connections are refused from now on."""
        if self._server is not None:
            self._server.shutdown()
            self._server.server_close()
            self._server = None

    def wait_for(self, happened: Callable[[list[Hit]], Any], what: str) -> Any:
        """Wait until the requests so far make `happened` true."""
        deadline = time.monotonic() + PATIENCE
        with self._news:
            while not (result := happened(self.hits)):
                if not self._news.wait(max(0.0, deadline - time.monotonic())):
                    raise AssertionError(f"waited in vain: {what}\n{self.hits}")
            return result


@contextmanager
def receiving() -> Iterator[Receiver]:
    receiver = Receiver()
    receiver.up()
    try:
        yield receiver
    finally:
        receiver.gate.set()
        receiver.down()
