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
from linodctl.operations.follow import follow_requests
from linodctl.operations.shapes import triggered_shape
from linodctl.operations.wishes import cancel, trigger


def trigger_wait(call: Call, names: Sequence[str], asked: dict[str, Any]) -> int:
    """Exit code 0 if all ended well, 1 if not, 130 if the person lost patience."""
    requests, heard = trigger(call.site, names, **asked)
    if not heard.alive:
        call.note(f"no runner is alive: waiting for one; start it with '{call.like('run')}' in another terminal")
    with Following(call) as following:
        try:
            for step in follow_requests(call.site, requests, alive=heard.alive):
                following.hear(step)
        except KeyboardInterrupt:
            following.stop()
            return _interrupted(call, requests, following)
    if call.json:
        call.print_json([_shape(request, following) for request in requests])
    return 0 if following.all_fine else 1


def _shape(request: Request, following: Following) -> dict[str, Any]:
    run = following.runs.get(request.request_id)
    return triggered_shape(request, run, withdrawn=run is None)


def _interrupted(call: Call, requests: Sequence[Request], following: Following) -> int:
    """The runs are the runner's; say that they go on, and how to stop them. On a terminal: ask."""
    open_ones = [request.task for request in requests if request.request_id not in following.ended]
    for task in open_ones:
        call.warn(f"{task}: goes on without you; '{call.like(f'cancel {task}')}' stops it")
    if sys.stdin.isatty() and sys.stderr.isatty() and open_ones and click.confirm("Stop it now?", err=True):
        for task in open_ones:
            cancel(call.site, task)
            call.warn(f"{task}: asked to stop")
    return INTERRUPTED
