"""What the runner answers to those who call it by its control socket."""

from __future__ import annotations

import os
from datetime import datetime
from typing import Any

from linodctl import __version__, events
from linodctl.execution.executor import Executor
from linodctl.runner.books import Books
from linodctl.runner.changes import Changes
from linodctl.runner.inbox import Inbox
from linodctl.runner.signals import Signals
from linodctl.runner.troubles import DESCRIPTORS, Troubles


class Answers:
    """Whatever the callers wish stands in the state file already: they wake the runner, or ask how it is."""

    def __init__(
        self,
        changes: Changes,
        books: Books,
        executor: Executor,
        inbox: Inbox,
        signals: Signals,
        troubles: Troubles,
        since: datetime,
    ) -> None:
        self._changes = changes
        self._books = books
        self._executor = executor
        self._inbox = inbox
        self._signals = signals
        self._troubles = troubles
        self._since = since

    def __call__(self, message: dict[str, Any]) -> dict[str, Any]:
        self._troubles(events.Mended(DESCRIPTORS, "the control socket takes calls again"))
        match message:
            case {"op": "wake"}:
                pass
            case {"op": "expect", "fresh": int(fresh)}:  # a wish is about to be written
                self._executor.expect(fresh)
                return {"ok": True}
            case {"op": "reload"}:
                self._changes.want_reload()
            case {"op": "stop"}:
                self._signals.stop("asked to by 'linodctl stop'")
            case {"op": "status"}:
                return self._status()
            case _:
                return {"error": "unknown op"}
        self._inbox.wake()
        return {"ok": True, "pid": os.getpid()}

    def _status(self) -> dict[str, Any]:
        return {
            "ok": True,
            "pid": os.getpid(),
            "since": self._since.isoformat(),
            "version": __version__,
            "site": self._changes.loaded.site,
            "running": sorted(self._books.live),
            "troubles": self._troubles.present,
        }
