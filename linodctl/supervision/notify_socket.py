"""systemd's notification protocol, sd_notify(3): assignments in a datagram to the socket that the environment names."""

from __future__ import annotations

import contextlib
import os
import re
import socket
from collections.abc import MutableMapping
from pathlib import Path
from typing import NamedTuple

from linodctl.sockets import short_name

LONG = re.compile(r"[0-9]{1,20}")
"""How a number of 64 bits is written: what has more digits is none of systemd's."""
PATIENCE = 0.2
"""Seconds for which a host whose queue is full holds the runner up; then the message is lost."""


class NotifySocket:
    """Where the host listens; nowhere, and all is said in vain, without an address of a kind that is understood."""

    def __init__(self, address: str = "") -> None:
        """`/run/systemd/notify`, or `@name` for Linux's abstract sockets."""
        self._address = address if address[:1] in ("/", "@") else ""

    def __bool__(self) -> bool:
        return bool(self._address)

    def tell(self, *assignments: str) -> None:
        """Send them in one datagram. Whatever is wrong with the host, it is not the runner's trouble."""
        if not self._address:
            return
        with contextlib.suppress(OSError), socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as client:
            client.settimeout(PATIENCE)
            if self._address.startswith("@"):
                client.connect(b"\0" + os.fsencode(self._address[1:]))
            else:
                with short_name(Path(self._address)) as name:
                    client.connect(name)
            client.send("\n".join(assignments).encode("utf-8", "replace"))


class Demands(NamedTuple):
    """What the host that started this process wants to hear."""

    socket: NotifySocket
    watchdog: float | None
    """Seconds after which silence means that it hangs; None if nobody counts."""


def take_demands(environ: MutableMapping[str, str], *pids: int) -> Demands:
    """What the environment says, taken out of it: it is meant for the process of one of these pids, not for what that
    starts, which could speak in its name."""
    address, period, meant_for = (environ.pop(name, "") for name in ("NOTIFY_SOCKET", "WATCHDOG_USEC", "WATCHDOG_PID"))
    watches = LONG.fullmatch(period) and int(period) > 0 and meant_for in ("", *map(str, pids))
    return Demands(NotifySocket(address), int(period) / 1e6 if watches else None)
