"""The crash points in the runner: what the launcher wraps around its steps."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from linodctl.domain import Task
from linodctl.execution.executor import Executor
from linodctl.execution.reports import Ended, Report
from linodctl.execution.worker_process import WorkerProcess
from linodctl.planning import Scheduler
from linodctl.runner.inbox import Inbox
from linodctl.store.ledger import Ledger
from linodctl.store.store import Store

from .crash import reached, wrap
from .journal import note

HESITATION = 0.2
"""Seconds."""


def install() -> None:
    """Wrap the steps that the runner takes, and have it note which config is in force."""
    written: set[str] = set()
    adopted: list[dict[str, str]] = []
    for method in ("start", "started", "end", "name_procedures"):
        wrap(Ledger, method, before=lambda *_, method=method, **__: written.add(method))
    for method in ("__init__", "replace"):
        wrap(Scheduler, method, after=lambda *args, **named: adopted.append(_version(*args, **named)))
    transaction = Store.transaction

    @contextmanager
    def watched(store: Store, *args: Any, **named: Any) -> Iterator[Ledger]:
        written.clear()
        with transaction(store, *args, **named) as ledger:
            yield ledger
            _reach({"start": "claiming", "end": "recording"}, written)
        while adopted and "name_procedures" in written:  # it is a tick's
            note("config", **adopted.pop(0))
        _reach({"start": "claimed", "started": "started", "end": "recorded"}, written)

    Store.transaction = watched  # type: ignore[method-assign]
    wrap(Executor, "_prepare", after=lambda *_, **__: reached("prepared", HESITATION))
    wrap(WorkerProcess, "send", after=lambda *_, **__: reached("ordered", HESITATION))
    wrap(WorkerProcess, "forked", before=lambda *_, **__: reached("forked", HESITATION))
    wrap(Inbox, "take", before=_hear)


def _reach(points: dict[str, str], written: set[str]) -> None:
    for step, point in points.items():
        if step in written:
            reached(point, HESITATION)


def _hear(_: Inbox, report: Report) -> None:
    if isinstance(report, Ended):
        reached("reported")


def _version(_: None, __: Scheduler, tasks: Iterable[Task], *___: Any, now: datetime, **____: Any) -> dict[str, str]:
    """Each version of the config says its number in the description of its task `changing`. It is in force from `now`
    on, if it comes to be recorded."""
    number = next((task.description for task in tasks if task.name == "changing"), "")
    return {"generation": number, "at": now.isoformat()}
