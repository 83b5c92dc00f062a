"""What is known of a task beside any one moment: since when, by whom it was disabled, when no runner was there."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from linodctl.domain import Run, Task, TaskState
from linodctl.operations.explain.facts import Away, Runner, Switch
from linodctl.planning.slots import first_sight
from linodctl.store.lock import SiteLock
from linodctl.values import replace

if TYPE_CHECKING:
    from linodctl.operations.site import Site
    from linodctl.store.reading import Reader


class Background:
    """Of one task, read from one snapshot of the state file at the instant `now`."""

    def __init__(self, site: Site, task: Task, reader: Reader, now: datetime) -> None:
        self.site = site
        self.task = task
        self.reader = reader
        self.now = now
        self.moments = reader.moments
        self.state = reader.states([task.name]).get(task.name)
        """As remembered; None if no runner has seen the task."""
        self._alive = SiteLock(site.state).holder() is not None

    @property
    def seen(self) -> TaskState:
        """What is remembered, or what a runner would remember that saw the task for the first time now."""
        if self.state is not None and self.state.settled is not None:
            return self.state
        return replace(first_sight(self.task, self.now, self.state), first_seen=None)

    @property
    def first_known(self) -> datetime | None:
        """Since when the task is known; earlier, if history from before a reset is left."""
        seen = self.state.first_seen if self.state else None
        instants = [instant for instant in (seen, self.moments.oldest(self.task.name)) if instant is not None]
        return min(instants, default=None)

    def disabled_now(self) -> Switch | None:
        """What disables the task now; the flag before the declaration."""
        state = self.state
        if state is not None and state.disabled:
            switch = self.disabled_by(state.disabled_reason or "", self.now)
            return replace(switch, since=switch.since or state.disabled_at, until=state.disabled_until)
        return Switch(self.task.disabled, declared=True) if self.task.disabled is not None else None

    def disabled_by(self, reason: str, at: datetime) -> Switch:
        """Who or what had disabled the task for this reason by the instant `at`, as far as that is on record."""
        edit, failed = self.moments.switched(self.task.name, at), self.moments.failed_before(self.task.name, at)
        if edit is not None and edit.action == "disable" and edit.detail.get("reason") == reason:
            until = edit.detail.get("until")
            return Switch(reason, since=edit.at, who=edit.who, until=datetime.fromisoformat(until) if until else None)
        if failed is not None and reason.startswith(("failed", "timed out")):
            return Switch(reason, since=failed.end_time, run=failed)
        return Switch(reason, declared=reason == self.task.disabled)

    def runner(self) -> Runner:
        """Whether one is alive now."""
        row = self.reader.runner()
        return Runner(self._alive, (row.stopped or row.heartbeat) if row is not None and not self._alive else None)

    def away(self, at: datetime) -> Away | None:
        """The time around `at` in which no runner was alive; of one that was killed, the last sign of life counts."""
        last, following = self.moments.runners(at)
        if last is None:
            return Away(None, following.started if following else None)
        end = last.stopped or (last.heartbeat if following is not None or not self._alive else None)
        return Away(end, following.started if following else None) if end is not None and end < at else None

    def askers(self, runs: Sequence[Run]) -> Mapping[int, str]:
        """Who made the requests of these runs, by request id."""
        ids = {run.request_id for run in runs if run.request_id is not None}
        rows = {request_id: self.reader.request_row(request_id) for request_id in ids}
        return {request_id: row.requested_by for request_id, row in rows.items() if row is not None}

    def limits_of_history(self) -> str:
        """How much of the past is kept."""
        from linodctl.config.durations import format_duration

        history = self.site.loaded.history
        return f"{history.keep} rows per task, {format_duration(history.for_)}"
