"""What people wished for since the last tick, read from the store and told to the scheduler.

A wish is written to the store first and the runner woken afterwards, so none is lost when nobody listens.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from linodctl.domain import Request, TaskState
from linodctl.planning import Scheduler
from linodctl.store.reading import Edit, Reader
from linodctl.values import replace


@dataclass(slots=True)
class Heard:
    """What the wishes ask of the runner itself."""

    stop_runs: list[tuple[int, str]] = field(default_factory=list)
    """run id, who asked"""
    reload: bool = False
    """Options were set or unset at run time."""


class Wishes:
    """Reads edits in the order in which people made them; remembers the last one heard."""

    def __init__(self, heard_until: int, config_knows: int = 0) -> None:
        """`config_knows` is the last edit before the config was read: overrides up to it are in force already."""
        self.heard_until = heard_until
        self._config_knows = config_knows
        self._known_requests: set[int] = set()
        self._await_options: set[str] = set()
        """Tasks whose options were set or unset and are not in force yet: later requests are meant for the new ones."""

    def before(self, states: Mapping[str, TaskState], reader: Reader) -> dict[str, TaskState]:
        """The states with their flags as they were before the edits that nobody has heard yet.

        Hearing those edits in order then settles each span under the flag that it really had.
        """
        flags: dict[str, bool] = {}
        for edit in reader.edits(after_id=self.heard_until):
            if edit.action in ("enable", "disable"):
                flags.setdefault(edit.task, edit.action == "enable" and edit.detail.get("was_disabled", True))
        return {
            name: replace(state, disabled=flags[name]) if name in flags else state for name, state in states.items()
        }

    def hear(self, reader: Reader, scheduler: Scheduler, now: datetime) -> Heard:
        """Tell the scheduler about every edit it doesn't know yet, and about every waiting request."""
        # Read first: if that fails, nothing has been heard.
        edits, waiting = reader.edits(after_id=self.heard_until), reader.requests()
        heard = Heard()
        for edit in edits:
            self.heard_until = edit.id
            if edit.action in _OPTIONS:
                self._hear_options(edit, heard)
            elif edit.action in _ACTIONS:
                _ACTIONS[edit.action](edit, scheduler, heard, now)
        self._hear_requests(waiting, scheduler, now)
        return heard

    def forget_requests(self) -> None:
        """Look at every waiting request again: the scheduler's tasks have changed."""
        self._known_requests.clear()

    def options_settled(self) -> None:
        """What was set or unset is in force by now, or can't be: nobody waits for it any longer."""
        self._await_options.clear()

    def _hear_options(self, edit: Edit, heard: Heard) -> None:
        if edit.id > self._config_knows:
            heard.reload = True
            self._await_options.add(edit.task)

    def _hear_requests(self, waiting: Sequence[Request], scheduler: Scheduler, now: datetime) -> None:
        """Requests are found by looking, not by their edits: those that an earlier runner left count too."""
        for request in waiting:
            if request.task in self._await_options:
                continue
            if request.request_id not in self._known_requests and scheduler.by_hand.request(request, now):
                self._known_requests.add(request.request_id)
        self._known_requests &= {request.request_id for request in waiting}


def _disable(edit: Edit, scheduler: Scheduler, heard: Heard, now: datetime) -> None:
    until = edit.detail.get("until")
    scheduler.by_hand.disable(
        edit.task,
        edit.detail.get("reason") or "by hand",
        edit.at,
        datetime.fromisoformat(until) if until else None,
        now,
    )


def _enable(edit: Edit, scheduler: Scheduler, heard: Heard, now: datetime) -> None:
    scheduler.by_hand.enable(edit.task, min(edit.at, now), now)


def _reset(edit: Edit, scheduler: Scheduler, heard: Heard, now: datetime) -> None:
    scheduler.by_hand.reset(edit.task, now)


def _withdraw(edit: Edit, scheduler: Scheduler, heard: Heard, now: datetime) -> None:
    scheduler.by_hand.withdraw(edit.detail["request_id"], edit.task, now)


def _forgo(edit: Edit, scheduler: Scheduler, heard: Heard, now: datetime) -> None:
    scheduler.by_hand.forgo(edit.task, edit.detail["request_id"], now)


def _cancel_run(edit: Edit, scheduler: Scheduler, heard: Heard, now: datetime) -> None:
    heard.stop_runs.append((edit.detail["run_id"], edit.who))


_ACTIONS: dict[str, Callable[[Edit, Scheduler, Heard, datetime], None]] = {
    "disable": _disable,
    "enable": _enable,
    "reset": _reset,
    "withdraw": _withdraw,
    "cancel_run": _cancel_run,
    "forgo": _forgo,
}
_OPTIONS = ("set", "unset")
