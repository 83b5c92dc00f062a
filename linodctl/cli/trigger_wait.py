"""`trigger --wait`: follow the requested runs to their end."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import Any

import click

from linodctl.cli.call import Call
from linodctl.cli.failures import INTERRUPTED
from linodctl.cli.following import Following
from linodctl.domain import Request
from linodctl.operations.follow import follow_requests, unfinished
from linodctl.operations.shapes import triggered_shape
from linodctl.operations.wishes import take_back, trigger


def trigger_wait(call: Call, names: Sequence[str], asked: dict[str, Any]) -> int:
    """Exit code 0 if all ended well, 1 if not, 130 if Ctrl-C was pressed."""
    requests, heard = trigger(call.site, names, **asked)
    if not heard.alive:
        call.note(f"no runner is alive: waiting for one; start it with '{call.like('run')}' in another terminal")
    interrupted = False
    with Following(call) as following:
        open_ones = requests
        while open_ones:
            try:
                for step in follow_requests(call.site, open_ones, alive=heard.alive):
                    following.hear(step)
                break
            except KeyboardInterrupt:
                following.stop()
                open_ones = unfinished(call.site, requests)
                if interrupted or not _stopped(call, open_ones):
                    _leave(call, open_ones)
                    return INTERRUPTED
                interrupted = True
    if call.json:
        call.print_json([_shape(request, following) for request in requests])
    return INTERRUPTED if interrupted else following.exit_code


def _shape(request: Request, following: Following) -> dict[str, Any]:
    run = following.runs.get(request.request_id)
    return triggered_shape(request, run, withdrawn=run is None)


def _stopped(call: Call, requests: Sequence[Request]) -> bool:
    """Whether the person at the terminal, if there is one, wants what was requested stopped; it is asked to, then."""
    if not (sys.stdin.isatty() and sys.stderr.isatty()):
        return False
    them = requests[0].task if len(requests) == 1 else f"these {len(requests)} runs"
    try:
        if not click.confirm(f"\nStop {them}?", err=True):
            return False
    except click.Abort:  # Ctrl-C again, or Ctrl-D
        call.note("")
        return False
    take_back(call.site, requests)
    call.note("asked to stop; Ctrl-C leaves without waiting for the end")
    return True


def _leave(call: Call, requests: Sequence[Request]) -> None:
    """The runs are the runner's: say that they go on, and how to stop them."""
    for request in requests:
        call.warn(f"{request.task}: goes on without you; '{call.like(f'cancel {request.task}')}' stops it")
