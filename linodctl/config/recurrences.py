"""Checks the recurrence options of tasks: what is wrong with them becomes a problem at the right option."""

from __future__ import annotations

from datetime import UTC, datetime

from linodctl.config.layers import DeclaredTask, Said
from linodctl.config.nodes import Items, Scalar
from linodctl.config.problems import Place, Problems, Severity
from linodctl.config.rules import Rules
from linodctl.errors import RecurrenceError
from linodctl.recurrence import Recurrence
from linodctl.texts import printable

_ANY_TIME = datetime(2026, 1, 1, tzinfo=UTC)
"""Where the search for a first slot begins when nobody says what time it is."""


class Recurrences:
    """Checks recurrences for one site; `now` (if given) is only for warnings about rules that have expired."""

    def __init__(self, rules: Rules, now: datetime | None, problems: Problems) -> None:
        self._rules = rules
        self._now = now
        self._problems = problems
        self._verdicts: dict[Recurrence, tuple[Severity, str] | None] = {}

    def check(self, task: DeclaredTask) -> None:
        """A problem if the task's recurrence can't be read, can never fire, or has expired."""
        try:
            recurrence = self._rules.parse(task.name, task.recurrence())
        except RecurrenceError as error:
            self._complain(task, error)
        else:
            self._judge(task, recurrence)

    def _complain(self, task: DeclaredTask, error: RecurrenceError) -> None:
        said = self._option(task, getattr(error, "key", None))
        if said:
            self._problems.error(_place_in(said, error), said.path, printable(str(error)))
        else:
            self._problems.error(task.place, task.path, printable(str(error)))

    def _judge(self, task: DeclaredTask, recurrence: Recurrence) -> None:
        if recurrence not in self._verdicts:
            self._verdicts[recurrence] = self._verdict(recurrence)
        verdict = self._verdicts[recurrence]
        said = self._option(task, None) if verdict else None
        if verdict and said:
            severity, message = verdict
            self._problems.add(severity, said.entry.place, said.path, message)

    def _verdict(self, recurrence: Recurrence) -> tuple[Severity, str] | None:
        if not recurrence.can_fire(self._now or _ANY_TIME):
            return "error", f"can never fire: {recurrence.text}"
        if self._now is not None and recurrence.expired(self._now):
            return "warning", f"has expired, no slot is to come: {recurrence.text}"
        return None

    def _option(self, task: DeclaredTask, key: str | None) -> Said | None:
        """The option of that name, else the first one that makes the recurrence."""
        if key in task.options:
            return task.options[str(key)]
        return next((task.options[option] for option in task.recurrence() if option in task.options), None)


def _place_in(said: Said, error: RecurrenceError) -> Place:
    """The item of a list that holds the wrong phrase, else the whole value."""
    node = said.node
    if isinstance(node, Items):
        node = next((item for item in node.nodes if isinstance(item, Scalar) and item.value == error.phrase), node)
    return node.place
