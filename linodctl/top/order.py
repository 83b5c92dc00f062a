"""Which tasks are shown, and in what order: the filter that is typed, and the order that is chosen by a key."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from linodctl.operations.names import fits
from linodctl.values import Value, replace

if TYPE_CHECKING:
    from linodctl.operations.lists import TaskLine

_EVER = datetime.max.replace(tzinfo=UTC)
_NEVER = datetime.min.replace(tzinfo=UTC)
_STATES = {state: place for place, state in enumerate(("running", "requested", "asap", "disabled", "scheduled"))}


def _by_status(line: TaskLine) -> Any:
    """What goes on first, what needs a look next, what can wait last."""
    status = line.status
    return (status.overdue_since is None, _STATES.get(status.state, len(_STATES)), status.next_time or _EVER)


def _by_last_run(line: TaskLine) -> Any:
    start = line.state.last_start_time if line.state else None
    return _NEVER - (start or _NEVER)


ORDERS: dict[str, Callable[[TaskLine], Any]] = {
    "No.": lambda line: line.task.number,
    "task": lambda line: line.task.name.casefold(),
    "status": _by_status,
    "next": lambda line: line.status.next_time or _EVER,
    "last run": _by_last_run,
}
"""By the word that the view shows for each; equal ones stand in the order of the config."""


class Choice(Value):
    """What the person wants to see."""

    sought: str = ""
    order: str = "No."
    reverse: bool = False

    def next_order(self) -> Choice:
        """The same tasks in the next order."""
        words = list(ORDERS)
        return replace(self, order=words[(words.index(self.order) + 1) % len(words)], reverse=False)

    def names(self, lines: Sequence[TaskLine]) -> list[str]:
        """The tasks that are sought, in order."""
        found = [line for line in lines if self.has(line)] if self.sought else list(lines)
        if self.order != "No." or self.reverse:
            found.sort(key=ORDERS[self.order], reverse=self.reverse)
        return [line.task.name for line in found]

    def has(self, line: TaskLine) -> bool:
        """Whether every word is a glob or `tag:TAG` that means the task, or is found in its name, tags, status or last
        outcome, in any case."""
        outcome = line.state.last_outcome if line.state else None
        facts = (line.task.name, *line.task.tags, line.status.text, outcome or "")
        text = "\n".join(facts).casefold()
        return all(
            word.casefold() in text or fits(word, line.task.name, line.task.tags) for word in self.sought.split()
        )
