"""Addresses that alerts and pings are sent to: how they are checked, and how they are named without being told.

Whoever knows one can send to it, so none is ever repeated in a message, not even a wrong one.
"""

from __future__ import annotations

import re
from typing import Any

from linodctl.config.addresses import TASK
from linodctl.config.problems import BadValue

AN_ADDRESS = "an address such as mailto://user:password@example.com"
A_PING = "an http or https address such as https://hc-ping.com/5c5d…"

_ADDRESS = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*://\S+")


def addresses(value: Any) -> list[str]:
    """A text of one or several addresses between blanks, or a list of such; an empty text is none."""
    items = value if isinstance(value, list) else [value]
    if not all(isinstance(item, str) for item in items):
        raise BadValue(f"must be {AN_ADDRESS}, or a list of such")
    found = [word for item in items for word in item.split()]
    if not all(_ADDRESS.fullmatch(word) and word.isprintable() for word in found):
        raise BadValue(f"must be {AN_ADDRESS} (it is not shown here: it may be secret)")
    return found


def ping(value: Any) -> str:
    if value == "":
        return ""
    if not isinstance(value, str) or not _is_http(value.replace(TASK, "task")):
        raise BadValue(f"must be {A_PING} (it is not shown here: it may be secret)")
    return value


def _is_http(text: str) -> bool:
    from urllib.parse import urlsplit

    try:
        parts = urlsplit(text)
        usable = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        return False
    return usable and text.isascii() and text.isprintable() and " " not in text and parts.username is None


def routes(value: Any) -> Any:
    return {"default": value} if isinstance(value, str | list) else value
