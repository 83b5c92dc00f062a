"""The server that scrapes go to: one thread, one caller at a time, so that no crowd uses up the runner's descriptors.

open ──► [bind, else tell why and try again] ──► answer, until close ──► bound no more
"""

from __future__ import annotations

import os
import selectors
import socket
import socketserver
import threading
from collections.abc import Callable
from contextlib import suppress
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler
from typing import Any

from linodctl.errors import LinodctlError
from linodctl.metrics.exposition import CONTENT_TYPE

Address = tuple[str, int]
"""A numeric address and a port."""
Render = Callable[[], bytes]
"""What is told. An exception's text is the answer in its place."""

PATIENCE = 5.0
"""Seconds that a caller may take to say what it wants, and again to take what we say."""
BIND_AGAIN = 15.0
"""Seconds between two tries to bind an address that could not be had."""
_TEXT = "text/plain; charset=utf-8"
BREATH = 1.0
"""Seconds of rest when a call can't be taken, for want of a descriptor say."""


class Server:
    """Serves at `address` from `open` to `close`; neither waits for anything.

    `prepare` is called first, in the server's thread; its LinodctlError is the end. There, `tell` hears what is in the
    way, each reason once, and None when nothing is.
    """

    def __init__(
        self, address: Address, prepare: Callable[[], None], render: Render, tell: Callable[[str | None], None]
    ) -> None:
        self._address = address
        self._prepare = prepare
        self._render = render
        self._tell = tell
        self._closing = threading.Event()
        self._hear_closing, self._say_closing = os.pipe()
        self._thread = threading.Thread(target=self._work, name="linodctl metrics", daemon=True)
        self._after: Server | None = None

    def open(self, after: Server | None = None) -> None:
        """Begin, once the server `after` which it comes is gone."""
        self._after = after
        self._thread.start()

    def close(self, seconds: float = 0.0) -> None:
        """Answer nobody any more; wait so long for the end."""
        if not self._closing.is_set():
            self._closing.set()
            os.close(self._say_closing)
        if seconds:
            self._thread.join(seconds)

    # --- in the thread --------------------------------------------------------------------------

    def _work(self) -> None:
        if self._after is not None:
            self._after._thread.join()
            self._after = None
        try:
            self._prepare()
            listener = self._bound()
            if listener is not None:
                with listener:
                    self._serve(listener)
        except LinodctlError as error:
            self._tell(str(error))
        finally:
            os.close(self._hear_closing)

    def _bound(self) -> _Listener | None:
        """None if it is closed before the address can be had."""
        told = ""
        while not self._closing.is_set():
            try:
                listener = _Listener(self._address, self._render)
            except OSError as error:
                why = f"{error.strerror or error}; it is tried again and again"
                if why != told:
                    self._tell(why)
                    told = why
                self._closing.wait(BIND_AGAIN)
            else:
                self._tell(None)
                return listener
        return None

    def _serve(self, listener: _Listener) -> None:
        with selectors.DefaultSelector() as selector:
            selector.register(listener, selectors.EVENT_READ)
            selector.register(self._hear_closing, selectors.EVENT_READ)
            while not self._closing.is_set():
                selector.select()
                if not self._closing.is_set() and not listener.take_call():
                    self._closing.wait(BREATH)


class _Listener(socketserver.TCPServer):
    """A bound address. (HTTPServer's own would look its name up, which can take long.)"""

    allow_reuse_address = True
    timeout = 0.0  # it is asked to take a call when there is one
    missed = False
    """The call that waited could not be taken."""

    def __init__(self, address: Address, render: Render) -> None:
        self.address_family = socket.AF_INET6 if ":" in address[0] else socket.AF_INET
        self.render = render
        super().__init__(address, _Handler)

    def take_call(self) -> bool:
        self.missed = False
        self.handle_request()
        return not self.missed

    def get_request(self) -> Any:
        try:
            return super().get_request()
        except OSError:
            self.missed = True
            raise

    def handle_error(self, request: object, client_address: object) -> None:
        """The caller went away, or was too slow."""


class _Handler(BaseHTTPRequestHandler):
    timeout = PATIENCE
    server: _Listener
    server_version, sys_version = "linodctl", ""

    def handle(self) -> None:
        """`timeout` alone would be that of each byte, and who sends one now and then would keep all others out."""
        patience = threading.Timer(self.timeout, self._hear_no_more)
        patience.daemon = True
        patience.start()
        try:
            super().handle()
        finally:
            patience.cancel()

    def _hear_no_more(self) -> None:
        with suppress(OSError):  # the caller has gone
            self.connection.shutdown(socket.SHUT_RD)

    def do_GET(self) -> None:
        match self.path.partition("?")[0]:
            case "/metrics":
                self._answer(*self._told())
            case "/":
                self._answer(HTTPStatus.OK, b"/metrics tells them\n")
            case _:
                self._answer(HTTPStatus.NOT_FOUND, b"there is only /metrics\n")

    def _told(self) -> tuple[HTTPStatus, bytes, str]:
        try:
            return HTTPStatus.OK, self.server.render(), CONTENT_TYPE
        except LinodctlError as error:
            return HTTPStatus.SERVICE_UNAVAILABLE, f"{error}\n".encode(), _TEXT
        except Exception as error:  # the next scrape may fare better; Prometheus tells of this one
            return HTTPStatus.INTERNAL_SERVER_ERROR, f"{type(error).__name__}: {error}\n".encode(), _TEXT

    def _answer(self, status: HTTPStatus, body: bytes, content_type: str = _TEXT) -> None:
        self.send_response(status)
        self.send_header("Content-Type", content_type)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        """Who asks and how often is nobody's business."""
