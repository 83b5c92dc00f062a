"""The room as the runner gets it: one listener, and what the host sees of the runner's beginning and end."""

from __future__ import annotations

import faulthandler
import os
from collections.abc import Iterator, MutableMapping
from contextlib import contextmanager

from linodctl.clock import Clock
from linodctl.errors import LinodctlError
from linodctl.supervision.first_process import INIT
from linodctl.supervision.host import Host
from linodctl.supervision.notify_socket import take_demands


@contextmanager
def supervised(clock: Clock, environ: MutableMapping[str, str], *, below_init: bool = False) -> Iterator[Host]:
    """The host that looks after this process, if any does; procedures don't inherit what it was started with.

    `below_init`: the host knows the process above this one, by a number of its own.
    """
    pid = os.getpid()
    demands = take_demands(environ, pid, *([INIT] if below_init else []))
    host = Host(demands, clock, main_pid=None if below_init else pid)
    if demands.watchdog is not None:
        faulthandler.enable()  # a hung runner is ended by SIGABRT, and so says where it hangs
    host.begin()
    try:
        yield host
    except LinodctlError as error:
        host.end(f"ended: {str(error).partition(chr(10))[0]}")
        raise
    else:
        host.end("stopped")
