"""Where the runner listens: an address of this machine and a port, `127.0.0.1:9464` or `[::1]:9464`.

Names other than `localhost` are refused: looking one up can take long, and what it means can change.
"""

from __future__ import annotations

import re

LOCALHOST = "127.0.0.1"

_PARTS = r"(?:\[(?P<six>[0-9a-fA-F:.]+)\]|(?P<four>[0-9.]+|localhost)):(?P<port>[0-9]{1,5})"


def endpoint_of(text: str) -> tuple[str, int]:
    """The numeric address and the port. ValueError for what isn't such."""
    from ipaddress import ip_address

    parts = re.fullmatch(_PARTS, text)
    if parts is None:
        raise ValueError(text)
    host = LOCALHOST if parts["four"] == "localhost" else parts["six"] or parts["four"]
    port = int(parts["port"])
    if ip_address(host).version != (6 if parts["six"] else 4) or not 0 < port < 65536:
        raise ValueError(text)
    return str(ip_address(host)), port


def written(host: str, port: int) -> str:
    """As `endpoint_of` reads it."""
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


def is_public(host: str) -> bool:
    """Whether others than this machine may reach it."""
    from ipaddress import ip_address

    return not ip_address(host).is_loopback
