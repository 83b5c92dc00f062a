"""What a service that watches from outside is told of a run, in the convention of Healthchecks' pinging API.

`POST ADDRESS/start` begins a run, `POST ADDRESS` ends it well, `POST ADDRESS/fail` ends it badly, and
`POST ADDRESS/log` notes something that changes nothing; `rid` tells runs of one check apart.
(https://healthchecks.io/docs/http_api/)
"""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING
from urllib.parse import urlencode, urlsplit, urlunsplit

from linodctl import __version__
from linodctl.domain import Outcome, Result
from linodctl.notify.sender import Undelivered

if TYPE_CHECKING:
    from uuid import UUID

TIMEOUT = 10.0
"""Seconds for which an answer is waited for."""
LONGEST = 10_000
"""Bytes of text that go with it: the end of what is longer."""
BUSY = frozenset({408, 425, 429})
"""Client errors that pass."""


class Signal(StrEnum):
    """What is appended to the address."""

    START = "/start"
    SUCCESS = ""
    FAIL = "/fail"
    LOG = "/log"


def signal_of(outcome: Outcome, *, again: bool) -> Signal:
    """What the end of a run means to whoever watches; `again` if another attempt follows.

    A run that warned or found nothing to do did its duty. One that was cancelled proves nothing: if no other succeeds
    in time, the watcher will miss it. A failed attempt is no failure as long as another one follows.
    """
    if outcome.is_fine:
        return Signal.SUCCESS
    return Signal.LOG if again or outcome is Outcome.CANCELLED else Signal.FAIL


def text_of(result: Result) -> str:
    """What is told of an ended run: its outcome and reason, and the traceback or what was returned."""
    head = f"{result.outcome.value}: {result.reason}" if result.reason else result.outcome.value
    return "\n\n".join(part for part in (head, result.message, result.error) if part)


def address_for(ping: str, signal: Signal, run: UUID) -> str:
    """Where to tell the signal for this run."""
    parts = urlsplit(ping)
    query = "&".join(part for part in (parts.query, urlencode({"rid": str(run)})) if part)
    return urlunsplit((parts.scheme, parts.netloc, parts.path.rstrip("/") + signal.value, query, ""))


def deliver(address: str, text: str) -> None:
    """Tell it. Undelivered if the answer is no success; the reason doesn't tell the address."""
    import http.client  # most sites ping nobody, and these hold some MiB
    import urllib.error
    import urllib.request

    body = text.encode("utf-8", "replace")[-LONGEST:]
    headers = {"Content-Type": "text/plain; charset=utf-8", "User-Agent": f"linodctl/{__version__}"}
    request = urllib.request.Request(address, data=body, headers=headers, method="POST")
    try:
        with urllib.request.urlopen(request, timeout=TIMEOUT) as answer:
            answer.read(1)
    except urllib.error.HTTPError as error:
        with error:
            is_final = 400 <= error.code < 500 and error.code not in BUSY
            raise Undelivered(f"HTTP status {error.code}", forever=is_final) from None
    except urllib.error.URLError as error:
        raise Undelivered(_words(error.reason)) from None
    except (OSError, http.client.HTTPException) as error:
        raise Undelivered(_words(error)) from None


def _words(reason: object) -> str:
    if isinstance(reason, TimeoutError):
        return f"no answer within {TIMEOUT:.0f} s"
    if isinstance(reason, OSError) and reason.strerror:
        return reason.strerror
    return type(reason).__name__ if isinstance(reason, BaseException) else "no answer"
