"""`trigger --here`: run in this process tree."""

from __future__ import annotations

import gc
from collections.abc import Sequence
from typing import Any

from linodctl.cli import USUAL
from linodctl.cli.call import Call
from linodctl.cli.failures import INTERRUPTED
from linodctl.cli.following import Following
from linodctl.operations.here import Wish, run_here
from linodctl.operations.shapes import triggered_shape


def trigger_here(call: Call, names: Sequence[str], asked: dict[str, Any]) -> int:
    """Exit code 0 if all ended well, 1 if not, 130 if Ctrl-C stopped them."""
    gc.set_threshold(*USUAL)  # what runs in a thread makes garbage here
    with Following(call) as following:
        ran = run_here(call.site, names, Wish(**asked), following.hear)
    if call.json:
        call.print_json([triggered_shape(request, run) for request, run in ran.runs])
    if ran.interrupted:
        return INTERRUPTED
    return following.exit_code
