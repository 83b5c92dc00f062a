"""What a worker that was forked ahead does while it waits: it goes through the motions of a run that does nothing.

A forked process gets each page of its memory when it first touches it. That takes as long as all the rest of a short
run, and while a worker waits there is time for it.
"""

from __future__ import annotations

import logging
import sys
from datetime import UTC, datetime

from linodctl.execution.capture import Capture
from linodctl.execution.context import Cancelled
from linodctl.execution.job import Job
from linodctl.execution.perform import perform
from linodctl.execution.wire import pack, unpack

_STAGE = "linodctl.execution.stage"
_AT = datetime(2000, 1, 1, tzinfo=UTC)


class _Nobody:
    """Hears what is said."""

    def line(self, when: float, level: int, logger: str, text: str) -> None: ...

    def progress(self, done: float, total: float | None, text: str) -> None: ...


def rehearse(stop: Cancelled) -> None:
    """From an order to the account of the end, with no procedure of the site and nobody to tell."""
    order = unpack(pack({"level": logging.CRITICAL, "scheduled_for": _AT, "memory": {}, "args": {}}))
    job = Job(run_id=0, task="rehearsal", func=f"{_STAGE}.nothing", attempt=1, **order)
    with Capture(_Nobody(), job.level) as capture:
        pack(["end", perform(job, _Nobody(), stop, capture).told()])
    sys.modules.pop(_STAGE, None)
