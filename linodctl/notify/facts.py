"""What the state file knows about a change: the run that brought it, and the end of that run's log."""

from __future__ import annotations

import contextlib
from collections.abc import Mapping, Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from linodctl.domain import Outcome, Run, Task, TaskState
from linodctl.errors import StateError
from linodctl.notify.case import Case, order
from linodctl.notify.digest import Change, News
from linodctl.notify.message import LAST_LINES, LISTED
from linodctl.store.reading import Reader
from linodctl.values import replace

_BROUGHT_BY = {
    News.LOST: (Outcome.LOST,),
    News.FAILING: (Outcome.FAILED, Outcome.TIMED_OUT),
    News.DISABLED: (Outcome.FAILED, Outcome.TIMED_OUT),
    News.RECOVERED: (Outcome.SUCCEEDED, Outcome.WARNED),
}
"""How the run ended that brought such news."""


def cases_of(
    changes: Sequence[Change],
    tasks: Mapping[str, Task],
    states: Mapping[str, TaskState],
    unrunnable: Mapping[str, str],
    reader: Reader,
) -> list[Case]:
    """The changes in the order in which they are told, the first ones with all that can be known."""
    cases = []
    for number, change in enumerate(sorted(changes, key=order)):
        why = unrunnable.get(change.task) if News.UNRUNNABLE in change.news else None
        case = Case(change, tasks[change.task], states.get(change.task), why=why)
        if number < LISTED:
            with contextlib.suppress(StateError):  # that it broke is worth telling without the rest
                case = _with_run(case, reader)
        cases.append(case)
    return cases


def _with_run(case: Case, reader: Reader) -> Case:
    run = _run(case.change, reader)
    return case if run is None else replace(case, run=run, log=_log(run, case.task, reader))


def _run(change: Change, reader: Reader) -> Run | None:
    wanted = _BROUGHT_BY.get(change.news[0])
    if wanted is None:
        return None
    found = reader.history([change.task], wanted, None, None, 1)
    return next((row for row in found if isinstance(row, Run)), None)


def _log(run: Run, task: Task, reader: Reader) -> tuple[str, ...]:
    zone = ZoneInfo(task.recurrence.zone)
    rows = reader.logs(run_ids=[run.run_id], last=LAST_LINES)
    return tuple(f"{_clock(row.time, zone)} {line}" for row in rows for line in row.text.splitlines())


def _clock(instant: datetime, zone: ZoneInfo) -> str:
    return instant.astimezone(zone).strftime("%H:%M:%S")
