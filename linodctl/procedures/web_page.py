"""`http_get`: does a page answer, and as it should?"""

from __future__ import annotations

import base64
import http.client
import ipaddress
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable, Mapping
from typing import IO, TYPE_CHECKING

from linodctl.clock import SystemClock
from linodctl.procedures.errors import PageFailed
from linodctl.values import Value

if TYPE_CHECKING:
    from linodctl.execution.context import RunContext

CHUNK = 64 * 1024


def http_get(
    ar: RunContext,
    url: str,
    timeout: float = 10,
    expect_status: int = 200,
    expect_text: str | None = None,
    headers: Mapping[str, str] | None = None,
    max_bytes: int = 10 * 1024 * 1024,
) -> str:
    """Fetch `url` (http or https) and log its status, size and milliseconds; return them as text.

    Raises PageFailed when there is no whole answer within about `timeout` seconds, when its status is not
    `expect_status`, when it lacks `expect_text`, or when it is larger than `max_bytes`. Redirects are followed, unless
    `expect_status` is one (3xx). `headers`, and a user and password in the URL, are sent to that URL alone, not on to
    where it redirects, and are never shown.
    """
    address = _address(url)
    clock = SystemClock()
    start = clock.monotonic()
    try:
        with _opener(address, expect_status).open(_request(address, headers or {}), timeout=timeout) as answer:
            body = _read(answer, max_bytes, lambda: clock.monotonic() - start > timeout)
    except (OSError, http.client.HTTPException, ValueError) as error:
        raise PageFailed(f"{address.shown} {_trouble(error, timeout)}.") from None
    milliseconds = round(1000 * (clock.monotonic() - start))

    ar.info(f"{address.shown} answered {answer.status}, {len(body)} bytes, {milliseconds} ms")
    if answer.status != expect_status:
        raise PageFailed(f"{address.shown} answered {answer.status} {answer.reason}, not {expect_status}.")
    if len(body) > max_bytes:
        raise PageFailed(f"{address.shown} answered with more than max_bytes={max_bytes} bytes.")
    if expect_text is not None and expect_text not in _decode(body, answer):
        raise PageFailed(f"{address.shown} answered {answer.status}, but without the text {expect_text!r}.")
    return f"{answer.status}, {len(body)} bytes, {milliseconds} ms"


# --- asking --------------------------------------------------------------------------------------


class _Address(Value):
    url: str
    """Without user, password and fragment."""
    host: str
    userinfo: str
    shown: str
    """The URL as messages may repeat it."""


def _address(url: str) -> _Address:
    try:
        parts = urllib.parse.urlsplit(url)
        host, _ = parts.hostname, parts.port  # asking for the port checks it
    except ValueError:
        host = None
    if not host or parts.scheme not in ("http", "https"):
        _, at, rest = url.rpartition("@")
        raise PageFailed(f"'{'***@' if at else ''}{rest}' is no URL of http or https.")
    userinfo, at, netloc = parts.netloc.rpartition("@")
    bare = parts._replace(netloc=netloc, fragment="")
    return _Address(bare.geturl(), host, userinfo, bare._replace(netloc=f"***@{netloc}" if at else netloc).geturl())


def _request(address: _Address, headers: Mapping[str, str]) -> urllib.request.Request:
    request = urllib.request.Request(address.url, headers={"User-Agent": "linodctl"})
    if address.userinfo:
        login = base64.b64encode(urllib.parse.unquote_to_bytes(address.userinfo)).decode("ascii")
        request.add_unredirected_header("Authorization", f"Basic {login}")
    for name, value in headers.items():
        request.add_unredirected_header(name, str(value))
    return request


def _opener(address: _Address, expect_status: int) -> urllib.request.OpenerDirector:
    """What urllib's own opener does, without the protocols that read files, and with every status as an answer."""
    opener = urllib.request.OpenerDirector()
    handlers = [
        urllib.request.HTTPHandler(),
        urllib.request.HTTPSHandler(),
        urllib.request.HTTPErrorProcessor(),
        urllib.request.UnknownHandler(),
        _EveryStatusIsAnAnswer(),
    ]
    if not 300 <= expect_status < 400:
        handlers.append(urllib.request.HTTPRedirectHandler())
    if not _is_this_machine(address.host):
        handlers.append(urllib.request.ProxyHandler())
    for handler in handlers:
        opener.add_handler(handler)
    return opener


class _EveryStatusIsAnAnswer(urllib.request.HTTPDefaultErrorHandler):
    def http_error_default(self, req: object, fp: IO[bytes], code: int, msg: str, hdrs: object) -> IO[bytes]:  # type: ignore[override]  # the original never returns
        return fp


def _is_this_machine(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


# --- reading -------------------------------------------------------------------------------------


def _read(answer: http.client.HTTPResponse, max_bytes: int, too_late: Callable[[], bool]) -> bytes:
    """The body, or a little more than `max_bytes` of it. An answer that trickles in is timed out as a whole."""
    announced = answer.length
    body = bytearray()
    while len(body) <= max_bytes and (chunk := answer.read1(CHUNK)):
        body += chunk
        if too_late():
            raise TimeoutError
    if announced is not None and len(body) < min(announced, max_bytes):
        raise http.client.IncompleteRead(bytes(body), announced - len(body))
    return bytes(body)


def _decode(body: bytes, answer: http.client.HTTPResponse) -> str:
    try:
        return body.decode(answer.headers.get_content_charset("utf-8"), "replace")
    except LookupError:  # a charset that nobody knows
        return body.decode("utf-8", "replace")


def _trouble(error: Exception, timeout: float) -> str:
    """What went wrong, in words that never repeat a header or a password as some of urllib's own messages do."""
    reason = error.reason if isinstance(error, urllib.error.URLError) else error
    match reason:
        case TimeoutError():
            return f"did not answer within {timeout:g} s"
        case _ if isinstance(error, urllib.error.HTTPError):
            error.close()
            return "redirects in circles, too often, or to something that is no web page"
        case http.client.InvalidURL() | ValueError():
            return "can't be asked for: URL and headers must be plain ASCII, without spaces or line breaks"
        case http.client.IncompleteRead():
            return f"broke off after {len(reason.partial)} bytes"
        case OSError() if reason.strerror:
            return f"did not answer: {reason.strerror}"
    return f"did not answer: {reason or type(reason).__name__}"
