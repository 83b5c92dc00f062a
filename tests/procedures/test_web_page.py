"""`http_get` against a real server on the loopback: good answers, bad ones, none at all."""

from __future__ import annotations

import base64
import socket
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler
from socketserver import ThreadingTCPServer

import pytest

from linodctl.procedures import http_get
from linodctl.procedures.errors import PageFailed


class Pages(BaseHTTPRequestHandler):
    """One path per way to answer."""

    def do_GET(self) -> None:
        self.server.asked.append((self.path, dict(self.headers)))
        match self.path:
            case "/there":
                self._answer(302, b"", Location="/ok")
            case "/round":
                self._answer(302, b"", Location="/round")
            case "/file":
                self._answer(302, b"", Location="file:///etc/passwd")
            case "/ftp":
                self._answer(302, b"", Location="ftp://127.0.0.1/x")
            case "/secret-redirect":
                self._answer(302, b"", Location="http://joe:hunter2@127.0.0.1/x")
            case "/missing":
                self._answer(404, b"nothing")
            case "/latin":
                self._answer(200, "señor".encode("latin-1"), **{"Content-Type": "text/plain; charset=latin-1"})
            case "/odd-charset":
                self._answer(200, b"plain", **{"Content-Type": "text/plain; charset=klingon"})
            case "/large":
                self._answer(200, b"x" * 300_000)
            case "/broken":
                self._answer(200, b"half", **{"Content-Length": "8"})
            case "/trickle":
                self.send_response(200)
                self.end_headers()
                while not self.server.over.wait(0.05):
                    self.wfile.write(b".")
            case "/silent":
                self.server.over.wait(30)
            case "/rude":
                self.connection.shutdown(socket.SHUT_RDWR)
            case _:
                self._answer(200, b"all is well\n")

    def _answer(self, status: int, body: bytes, **headers: str) -> None:
        self.send_response(status)
        for name, value in {"Content-Length": str(len(body)), **headers}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *values: object) -> None:
        pass


class Server(ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True

    def handle_error(self, request: object, client_address: object) -> None:
        pass  # clients that hang up are meant

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"


@pytest.fixture(scope="module")
def running() -> Iterator[Server]:
    with Server(("127.0.0.1", 0), Pages) as server:
        server.asked, server.over = [], threading.Event()
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        yield server
        server.over.set()
        server.shutdown()
        thread.join()


@pytest.fixture
def server(running: Server) -> Server:
    running.asked.clear()
    return running


def test_a_good_answer_is_logged_and_returned(ar, server: Server) -> None:
    story = http_get(ar, f"{server.url}/ok", expect_text="is well")
    assert story.startswith("200, 12 bytes, ")
    assert story.endswith(" ms")
    assert ar.said == [f"INFO {server.url}/ok answered {story}"]


def test_redirects_are_followed_unless_one_is_expected(ar, server: Server) -> None:
    assert http_get(ar, f"{server.url}/there").startswith("200, 12 bytes")
    assert http_get(ar, f"{server.url}/there", expect_status=302).startswith("302, 0 bytes")


def test_an_expected_error_status_is_fine(ar, server: Server) -> None:
    assert http_get(ar, f"{server.url}/missing", expect_status=404).startswith("404, 7 bytes")


def test_text_is_read_in_the_charset_of_the_answer(ar, server: Server) -> None:
    http_get(ar, f"{server.url}/latin", expect_text="señor")
    http_get(ar, f"{server.url}/odd-charset", expect_text="plain")


@pytest.mark.parametrize(
    ("path", "options", "message"),
    [
        ("/missing", {}, "answered 404 Not Found, not 200."),
        ("/ok", {"expect_status": 204}, "answered 200 OK, not 204."),
        ("/ok", {"expect_text": "ill"}, "answered 200, but without the text 'ill'."),
        ("/large", {"max_bytes": 1000}, "answered with more than max_bytes=1000 bytes."),
        ("/broken", {}, "broke off after 4 bytes."),
        ("/round", {}, "redirects in circles, too often, or to something that is no web page."),
        ("/file", {}, "redirects in circles, too often, or to something that is no web page."),
        ("/ftp", {}, "did not answer: unknown url type: ftp."),
        ("/silent", {"timeout": 0.2}, "did not answer within 0.2 s."),
        ("/trickle", {"timeout": 0.2}, "did not answer within 0.2 s."),
        ("/rude", {}, "did not answer: Remote end closed connection without response."),
        ("/a b", {}, "can't be asked for: URL and headers must be plain ASCII, without spaces or line breaks."),
        ("/ü", {}, "can't be asked for: URL and headers must be plain ASCII, without spaces or line breaks."),
    ],
)
def test_a_bad_answer_says_what_is_wrong(ar, server: Server, path: str, options: dict, message: str) -> None:
    with pytest.raises(PageFailed) as failure:
        http_get(ar, server.url + path, **options)
    assert str(failure.value) == f"{server.url}{path} {message}"
    assert failure.value.__suppress_context__ or failure.value.__context__ is None


def test_exactly_max_bytes_is_not_too_much(ar, server: Server) -> None:
    assert http_get(ar, f"{server.url}/large", max_bytes=300_000).startswith("200, 300000 bytes")


def test_nobody_listens(ar) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with pytest.raises(PageFailed, match=r"did not answer: Connection refused\.$"):
        http_get(ar, f"http://127.0.0.1:{port}/")


@pytest.mark.parametrize(
    "url", ["ftp://127.0.0.1/x", "file:///etc/passwd", "127.0.0.1/x", "http://", "", "http://[::1", "http://host:port/"]
)
def test_only_http_and_https_are_fetched(ar, url: str) -> None:
    with pytest.raises(PageFailed, match="is no URL of http or https"):
        http_get(ar, url)


def test_a_login_in_the_url_is_sent_but_never_shown(ar, server: Server) -> None:
    url = server.url.replace("//", "//joe:p%40ss@")
    http_get(ar, f"{url}/ok")
    assert server.asked[0][1]["Authorization"] == "Basic " + base64.b64encode(b"joe:p@ss").decode()
    with pytest.raises(PageFailed) as failure:
        http_get(ar, f"{url}/missing")
    assert str(failure.value).startswith(server.url.replace("//", "//***@"))
    assert "p%40ss" not in ar.log + str(failure.value)


@pytest.mark.parametrize(
    "url",
    [
        "ftp://joe:hunter2@host/",
        "joe:hunter2@host",
        "http://joe:hunter2@host:port/",
        "http://joe:hunter2@[::1",
        "http://joe:hunt\nhunter2@host/",
        "http://joe:hunter2@127.0.0.1:9/a b",
    ],
)
def test_no_error_shows_a_password(ar, url: str) -> None:
    with pytest.raises(PageFailed) as failure:
        http_get(ar, url)
    assert "hunter2" not in str(failure.value) + ar.log
    assert "joe" not in str(failure.value)


def test_no_error_shows_the_password_of_a_redirect(ar, server: Server) -> None:
    with pytest.raises(PageFailed) as failure:
        http_get(ar, f"{server.url}/secret-redirect")
    assert "hunter2" not in str(failure.value)


def test_no_error_shows_a_header(ar, server: Server) -> None:
    with pytest.raises(PageFailed) as failure:
        http_get(ar, f"{server.url}/ok", headers={"X-Token": "hunter2\nX: y"})
    assert "hunter2" not in str(failure.value)


def test_headers_go_to_the_url_alone(ar, server: Server) -> None:
    http_get(ar, f"{server.url}/there", headers={"X-Token": "t", "User-Agent": "mine"})
    (first, sent), (second, sent_on) = server.asked
    assert (first, second) == ("/there", "/ok")
    assert (sent["X-Token"], sent["User-Agent"]) == ("t", "mine")
    assert "X-Token" not in sent_on


def test_a_proxy_is_not_asked_for_this_machine(ar, server: Server, monkeypatch) -> None:
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
    assert http_get(ar, f"{server.url}/ok").startswith("200")


def test_a_proxy_is_asked_for_other_machines(ar, server: Server, monkeypatch) -> None:
    monkeypatch.setenv("http_proxy", server.url)
    monkeypatch.delenv("no_proxy", raising=False)
    assert http_get(ar, "http://elsewhere.invalid/page").startswith("200")
    assert server.asked[0][0] == "http://elsewhere.invalid/page"
