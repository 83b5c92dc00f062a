"""How an address is named where people can read along: by its kind, never by what makes it work."""

from __future__ import annotations

import re

from linodctl.masking import MASK

TASK = "{task}"
"""Stands in a `ping` for the task's name, so that one address in `defaults` serves all tasks."""


def masked_address(address: str) -> str:
    """`https://hc-ping.com/***` of an http address, `slack://***` of any other: most of it may be secret."""
    scheme, sign, _ = address.partition("://")
    if not sign:
        return ""
    from urllib.parse import urlsplit

    host = f"{urlsplit(address).hostname}/" if scheme in ("http", "https") else ""
    return f"{scheme}://{host}{MASK}"


def ping_of(address: str, task: str) -> str | None:
    """The `ping` of one task; None for an empty one. Names become slugs: lower case, digits, `-` and `_`."""
    if not address:
        return None
    return address.replace(TASK, re.sub(r"[^a-z0-9_-]", "-", task.lower()))
