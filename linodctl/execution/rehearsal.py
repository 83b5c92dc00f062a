"""The order of a run that does nothing: workers that wait for theirs go through the motions with it, and so does the
zygote before it forks any.

A forked process gets each page of its memory when it first touches it. That takes as long as all the rest of a short
run, and while a worker waits there is time for it.
"""

from __future__ import annotations

import logging
import sys

from linodctl.execution.wire import pack

STAGE = "linodctl.execution.stage"

REHEARSAL = pack(
    {
        "op": "run",
        "job": {
            "run_id": 0,
            "task": "rehearsal",
            "func": f"{STAGE}.nothing",
            "args": {},
            "level": logging.INFO,
            "attempt": 1,
            "scheduled_for": "2000-01-01T00:00:00+00:00",
            "last_start_time": None,
            "last_success": None,
            "memory": {},
            "last": True,
            "surroundings": {"cwd": ".", "env": {}, "nice": None, "memory_limit": None, "user": None},
        },
    }
)


def forget_stage() -> None:
    """So that it is imported each time, as a procedure's module is."""
    sys.modules.pop(STAGE, None)
