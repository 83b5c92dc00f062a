"""One task in full: what `show` tells."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from linodctl.config.addresses import masked_address
from linodctl.config.durations import format_duration
from linodctl.domain import Outcome, Request, Run, SkipRow, Task
from linodctl.masking import masked
from linodctl.operations.lists import TaskLine, statuses
from linodctl.operations.names import one
from linodctl.operations.upcoming import Upcoming, next_slots
from linodctl.values import Value

if TYPE_CHECKING:
    from linodctl.operations.site import Site
    from linodctl.store.reading import Reader

RECENT = 5
SLOTS = 3
DEFAULT = "default"
FREE = frozenset({"args", "env", "cwd", "user", "description", "disabled", "tags"})
"""Options of any text: what an env file filled in is masked there. The others are words of ours, or numbers."""


class Option(Value):
    """One option of a task as it is in force."""

    name: str
    value: Any
    source: str
    """`linodctl.yaml:14`, `default`, `decorator in mysite.jobs`, `set by ann at …`"""


class TaskInFull(Value):
    line: TaskLine
    options: list[Option]
    recent: list[Run | SkipRow]
    """The last runs and skips, newest first."""
    slots: list[Upcoming]
    requests: list[Request]
    running: list[Run]
    failure: Run | None
    """The failed run that disabled the task, if one did."""


def show(site: Site, name: str) -> TaskInFull:
    """Everything about one task. UnknownName if there is none."""
    task = one(site.loaded.tasks, name)
    slots = next_slots(site, [task.name], limit=SLOTS)
    with site.reading() as reader, reader.snapshot():
        line = statuses([task], reader, site.now())[0]
        return TaskInFull(
            line=line,
            options=list(_options(site, task)),
            recent=reader.history([task.name], None, None, None, RECENT),
            slots=slots,
            requests=reader.requests(task.name),
            running=reader.running(task.name),
            failure=_failure(line, reader) if line.state and line.state.disabled else None,
        )


def _options(site: Site, task: Task) -> Iterator[Option]:
    """The function first, then what was declared, each with the place where; then what is as it is by default.

    Secrets are masked.
    """
    loaded = site.loaded
    declared = loaded.options(task.name)
    yield Option("func", task.launch.func, loaded.source(task.name, "func"))
    for name, value in declared.items():
        secrets = loaded.hidden if name in FREE else ()
        shown = masked_address(value) if name == "ping" else masked(value, name, secrets)
        yield Option(name, shown, loaded.source(task.name, name))
    for name, value in _in_force(task).items():
        if name not in declared:
            yield Option(name, value, DEFAULT)


def _in_force(task: Task) -> dict[str, Any]:
    """Every option that always has a value, as the config would say it."""
    parts = (task.policy, task.launch)
    values = {name: getattr(part, name) for part in parts for name in part.__struct_fields__}
    values |= {"retries": {"attempts": task.policy.retries.attempts}, "log_level": task.log_level}
    return {
        name: _as_declared(value) for name, value in values.items() if name != "func" and value not in (None, (), {})
    }


def _as_declared(value: Any) -> Any:
    if isinstance(value, timedelta):
        return format_duration(value)
    return list(value) if isinstance(value, tuple) else value


def _failure(line: TaskLine, reader: Reader) -> Run | None:
    """The last failed run, if it is what the flag was set for: by hand it may be set at any time."""
    state = line.state
    if state is None or state.failures == 0:
        return None
    failed = reader.history([line.task.name], [Outcome.FAILED, Outcome.TIMED_OUT], None, None, 1)
    return next((run for run in failed if isinstance(run, Run)), None)
