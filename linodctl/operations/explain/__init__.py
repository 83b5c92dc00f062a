"""Why did or didn't a task run at a moment, and why isn't it running now?

config, state file, lock ──► gather_then ──► facts.Then    ──► then.py ──► Answer
                         └─► gather_now  ──► facts.Present ──► now.py  ──► Answer
                              (reads)                         (pure)
"""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from linodctl.errors import UsageError
from linodctl.operations.explain.answer import Answer, Verdict
from linodctl.operations.explain.background import Background
from linodctl.operations.explain.gather_now import gather_now
from linodctl.operations.explain.gather_then import gather_then
from linodctl.operations.explain.now import explain_now
from linodctl.operations.explain.subject import subject
from linodctl.operations.explain.then import explain_then
from linodctl.recurrence.recurrence import EARLIEST, LATEST

if TYPE_CHECKING:
    from linodctl.domain import Task
    from linodctl.operations.site import Site

__all__ = ["Answer", "Verdict", "explain", "explain_task", "subject"]


def explain(site: Site, name: str, at: datetime | None = None) -> Answer:
    """The answer for the task at the instant `at`, or now. UnknownName if nobody knows such a task."""
    return explain_task(site, subject(site, name), at)


def explain_task(site: Site, task: Task, at: datetime | None = None) -> Answer:
    """As `explain`, of a task that `subject` has found. UsageError for a time outside every calendar of rules."""
    if at is not None and not EARLIEST < at < LATEST:
        raise UsageError(f"rules are known from {EARLIEST.year} to {LATEST.year}; name a time in between")
    with site.reading() as reader, reader.snapshot():
        known = Background(site, task, reader, site.now())
        return explain_now(gather_now(known)) if at is None else explain_then(gather_then(known, at))
