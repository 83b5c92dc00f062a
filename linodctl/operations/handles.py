"""`linodctl.open_site(config)`: what the commands have, as objects for scripts and web apps."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from linodctl.domain import LogLevel, Request, Run, SkipRow, Task, TaskState
from linodctl.operations import lists, past, settings, wishes
from linodctl.operations.follow import follow_requests
from linodctl.operations.names import one
from linodctl.operations.site import Site
from linodctl.operations.status import SiteStatus, status
from linodctl.operations.upcoming import next_slots


class OpenSite:
    """One site. Every question looks at the state file anew; the config is read once."""

    def __init__(self, site: Site) -> None:
        """ConfigError with every problem of the config."""
        self._site = site
        _ = site.loaded

    def tasks(self) -> list[TaskHandle]:
        """All tasks, in the order of the config."""
        return [TaskHandle(self._site, task) for task in self._site.loaded.tasks]

    def task(self, name: str) -> TaskHandle:
        """The task of this name. UnknownName if there is none."""
        return TaskHandle(self._site, one(self._site.loaded.tasks, name))

    def history(self, n: int | None = 20, *, outcome: str | None = None) -> list[Run | SkipRow]:
        """The last `n` runs and skips of all tasks, newest first; all of them if `n` is None."""
        return past.history(self._site, outcome=outcome, limit=n)

    def status(self) -> SiteStatus:
        """The runner and what it has in hand."""
        return status(self._site)


class TaskHandle:
    """One task of an open site."""

    def __init__(self, site: Site, task: Task) -> None:
        self._site = site
        self._task = task

    def __repr__(self) -> str:
        return f"<task {self.name} of site {self._site.loaded.site}>"

    @property
    def name(self) -> str:
        return self._task.name

    @property
    def description(self) -> str:
        return self._task.description

    @property
    def recurrence(self) -> str:
        """When it runs, as a line of English."""
        return self._task.recurrence.text

    # --- questions --------------------------------------------------------------------------------

    @property
    def status(self) -> str:
        """The text that `linodctl list` shows."""
        return self._line().status.text

    @property
    def state(self) -> str:
        """One of not_scheduled, asap, scheduled, requested, running, disabled."""
        return self._line().status.state

    @property
    def next_time(self) -> datetime | None:
        """When it starts next by itself, aware UTC; None if it won't."""
        return self._line().status.next_time

    @property
    def disabled(self) -> str | None:
        """Why it is disabled; None if it is enabled."""
        return self._line().status.disabled_reason

    @property
    def remembered(self) -> TaskState | None:
        """What the state file remembers of it: last start, end and outcome, failures, memory."""
        return self._line().state

    def history(self, n: int | None = 20, *, outcome: str | None = None) -> list[Run | SkipRow]:
        """Its last `n` runs and skips, newest first; all of them if `n` is None."""
        return past.history(self._site, [self.name], outcome=outcome, limit=n)

    def next(self, n: int = 1) -> list[datetime]:
        """Its next `n` slots, aware UTC."""
        return [slot.time for slot in next_slots(self._site, [self.name], limit=n)]

    # --- wishes -----------------------------------------------------------------------------------

    def trigger(
        self,
        wait: bool = False,
        *,
        args: Mapping[str, Any] | None = None,
        log_level: LogLevel | str | None = None,
        as_of: datetime | None = None,
    ) -> Triggered:
        """Request a run as soon as possible. With `wait` come back when it has ended, however long a runner takes."""
        level = None if log_level is None else LogLevel(log_level)
        requests, heard = wishes.trigger(self._site, [self.name], args=args, log_level=level, as_of=as_of)
        triggered = Triggered(self._site, requests[0], heard.alive)
        if wait:
            triggered.wait()
        return triggered

    def cancel(self) -> None:
        """Withdraw its requests and stop its runs. UnknownName if there is nothing to cancel."""
        wishes.cancel(self._site, self.name)

    def enable(self) -> None:
        """Clear the disabled flag."""
        wishes.enable(self._site, [self.name])

    def disable(self, reason: str | None = None, *, until: datetime | None = None) -> None:
        """Set the disabled flag, for good or until an instant."""
        wishes.disable(self._site, [self.name], reason=reason, until=until)

    def reset(self) -> None:
        """Forget last start, end and anchor, as if never run; the history stays."""
        wishes.reset(self._site, [self.name])

    def set(self, **options: Any) -> None:
        """Override options at run time. ConfigError, and nothing kept, if the task would have problems with them."""
        settings.set_options(self._site, self.name, options)

    def unset(self, *options: str) -> None:
        """Take back options that were set at run time; all of them if none is named."""
        settings.unset_options(self._site, self.name, options)

    def _line(self) -> lists.TaskLine:
        with self._site.reading() as reader, reader.snapshot():
            return lists.statuses([self._task], reader, self._site.now())[0]


class Triggered:
    """A request and what became of it."""

    def __init__(self, site: Site, request: Request, heard: bool) -> None:
        self.request_id = request.request_id
        self.heard = heard
        """Whether a runner was alive to hear of it; if not, it waits for one."""
        self._site = site
        self._request = request

    @property
    def run(self) -> Run | None:
        """Its latest run; None as long as it waits, and for good if it was withdrawn."""
        with self._site.reading() as reader:
            return reader.run_for_request(self.request_id)

    @property
    def outcome(self) -> str | None:
        """How the run ended; None as long as it hasn't."""
        run = self.run
        return run.outcome.value if run and run.outcome else None

    def wait(self) -> Run | None:
        """Come back when it has ended, retries included; None if it was withdrawn before it started."""
        for _ in follow_requests(self._site, [self._request]):
            pass
        return self.run
