"""The server: one caller after the other, whatever callers do, and an address that it gives back."""

from __future__ import annotations

import contextlib
import errno
import queue
import socket
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from http.client import HTTPConnection

import pytest

from linodctl.errors import StateError, UsageError
from linodctl.metrics import server as servers
from linodctl.metrics.server import Address, Server

HEARD = 20
"""Seconds within which something is heard of, or never."""


def nothing() -> None: ...


@pytest.fixture
def address() -> Address:
    """One that is free."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        host, port = taken.getsockname()
    return host, port


@pytest.fixture
def heard() -> queue.Queue[str | None]:
    return queue.Queue()


Serve = Callable[..., Server]


@pytest.fixture
def serve(address: Address, heard: queue.Queue[str | None]) -> Iterator[Serve]:
    """Opens a server; it is closed at the end."""
    opened: list[Server] = []

    def open_one(
        render: Callable[[], bytes] = lambda: b"told\n", prepare: Callable[[], None] = nothing, at: Address = address
    ) -> Server:
        server = Server(at, prepare, render, heard.put)
        server.open(after=opened[-1] if opened else None)
        opened.append(server)
        return server

    yield open_one
    for server in opened:
        server.close(HEARD)
        assert not server._thread.is_alive()


def ask(address: Address, path: str = "/metrics", method: str = "GET") -> tuple[int, str, str | None]:
    connection = HTTPConnection(*address, timeout=HEARD)
    try:
        connection.request(method, path)
        answer = connection.getresponse()
        return answer.status, answer.read().decode(), answer.getheader("Content-Type")
    finally:
        connection.close()


def test_it_answers_scrapes_and_nothing_else(serve: Serve, address: Address, heard: queue.Queue[str | None]) -> None:
    serve()
    assert heard.get(timeout=HEARD) is None
    assert ask(address) == (200, "told\n", "text/plain; version=0.0.4; charset=utf-8")
    assert ask(address, "/metrics?a=b")[0] == 200
    assert ask(address, "/")[:2] == (200, "/metrics tells them\n")
    assert ask(address, "/../etc/passwd")[0] == 404
    assert ask(address, method="POST")[0] == 501


def test_what_can_not_be_told_is_an_answer_too(serve: Serve, address: Address, heard: queue.Queue[str | None]) -> None:
    errors: list[Exception] = [ValueError("odd"), StateError("the state file is locked")]

    def render() -> bytes:
        if errors:
            raise errors.pop()
        return b"told\n"

    serve(render)
    assert heard.get(timeout=HEARD) is None
    assert ask(address)[:2] == (503, "the state file is locked\n")
    assert ask(address)[:2] == (500, "ValueError: odd\n")
    assert ask(address)[:2] == (200, "told\n")


def test_callers_that_never_say_or_never_listen_only_cost_time(
    serve: Serve, address: Address, heard: queue.Queue[str | None], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(servers._Handler, "timeout", 0.05)
    serve(lambda: b"x" * 50_000_000)
    assert heard.get(timeout=HEARD) is None
    with socket.create_connection(address), socket.create_connection(address) as deaf:
        deaf.sendall(b"GET /metrics HTTP/1.0\r\n\r\n")
        with socket.create_connection(address) as garbage:
            garbage.sendall(b"\xff\x00" * 100 + b"\r\n\r\n")
            assert ask(address, "/")[0] == 200


def test_a_caller_that_says_a_letter_now_and_then_does_not_keep_others_out(
    serve: Serve, address: Address, heard: queue.Queue[str | None], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(servers._Handler, "timeout", 0.5)
    serve()
    assert heard.get(timeout=HEARD) is None
    begun, served = threading.Event(), threading.Event()

    def dribble() -> None:
        with socket.create_connection(address) as slow, contextlib.suppress(OSError):
            begun.set()
            while not served.wait(0.02):
                slow.sendall(b"x")

    with ThreadPoolExecutor() as callers:
        callers.submit(dribble)
        assert begun.wait(HEARD)
        try:
            assert ask(address)[0] == 200
        finally:
            served.set()


def test_a_taken_address_is_told_once_and_had_when_it_is_free(
    serve: Serve, address: Address, heard: queue.Queue[str | None], monkeypatch: pytest.MonkeyPatch
) -> None:
    tries: queue.Queue[None] = queue.Queue()

    class Listener(servers._Listener):
        def server_bind(self) -> None:
            tries.put(None)
            super().server_bind()

    monkeypatch.setattr(servers, "_Listener", Listener)
    monkeypatch.setattr(servers, "BIND_AGAIN", 0.01)
    with socket.create_server(address):
        serve()
        for _ in range(3):
            tries.get(timeout=HEARD)
        assert heard.get(timeout=HEARD) == "Address already in use; it is tried again and again"
    assert heard.get(timeout=HEARD) is None
    assert ask(address)[0] == 200


def test_closing_waits_for_nothing_and_gives_the_address_back(
    serve: Serve, address: Address, heard: queue.Queue[str | None]
) -> None:
    asked, go_on = threading.Event(), threading.Event()

    def slow() -> bytes:
        asked.set()
        go_on.wait(HEARD)
        return b"first\n"

    first = serve(slow)
    assert heard.get(timeout=HEARD) is None
    with ThreadPoolExecutor() as callers:
        answer = callers.submit(ask, address)
        assert asked.wait(HEARD)
        first.close()
        serve(lambda: b"second\n")  # at the same address, which is never told to be taken
        with pytest.raises(queue.Empty):
            heard.get(timeout=0.1)
        go_on.set()
        assert answer.result(HEARD)[:2] == (200, "first\n")
    assert heard.get(timeout=HEARD) is None
    assert ask(address)[:2] == (200, "second\n")


def test_what_it_lacks_is_told_and_nothing_is_bound(
    serve: Serve, address: Address, heard: queue.Queue[str | None]
) -> None:
    def prepare() -> None:
        raise UsageError("install it")

    serve(prepare=prepare)._thread.join(HEARD)
    assert heard.get_nowait() == "install it"
    with pytest.raises(ConnectionRefusedError):
        ask(address)


def test_without_descriptors_it_rests_and_goes_on(
    serve: Serve, address: Address, heard: queue.Queue[str | None], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(servers, "BREATH", 0.01)
    refused = [OSError(errno.EMFILE, "Too many open files")] * 3

    class Short(socket.socket):
        def accept(self) -> tuple[socket.socket, object]:
            if refused:
                raise refused.pop()
            return super().accept()

    monkeypatch.setattr(servers.socket, "socket", Short)
    serve()
    assert heard.get(timeout=HEARD) is None
    assert ask(address)[0] == 200 and not refused


def test_ipv6(serve: Serve, heard: queue.Queue[str | None]) -> None:
    if not socket.has_ipv6:
        pytest.skip("this machine has no IPv6")
    try:
        with socket.create_server(("::1", 0), family=socket.AF_INET6) as taken:
            port = taken.getsockname()[1]
    except OSError:
        pytest.skip("this machine has no IPv6")
    serve(at=("::1", port))
    assert heard.get(timeout=HEARD) is None
    assert ask(("::1", port))[0] == 200
