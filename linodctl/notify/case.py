"""One task's news in words: what happened, why, since when, and what to type next. Pure."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from zoneinfo import ZoneInfo

from linodctl.domain import Outcome, Run, Task, TaskState
from linodctl.notify.digest import Change, News
from linodctl.planning.status import in_words
from linodctl.values import Value


class Case(Value):
    """A task's news with what is known about it."""

    change: Change
    task: Task
    state: TaskState | None
    run: Run | None = None
    """The run that brought the news."""
    log: tuple[str, ...] = ()
    why: str | None = None
    """The reason, if it isn't the run's."""

    @property
    def news(self) -> News:
        """The main news."""
        return self.change.news[0]

    def when(self, instant: datetime) -> str:
        """The instant in the task's zone."""
        return instant.astimezone(ZoneInfo(self.task.recurrence.zone)).isoformat(" ", "seconds")


def order(change: Change) -> int:
    """The worst first."""
    return _ORDER[change.news[0]]


def headline(case: Case) -> str:
    """What there is to be told, to go on from the task's name."""
    return ", and ".join(_HEADLINES[news](case) for news in case.change.news)


def _failing(case: Case) -> str:
    timed_out = case.run is not None and case.run.outcome is Outcome.TIMED_OUT
    return "timed out" if timed_out else "failed"


def _overdue(case: Case) -> str:
    expect = case.task.policy.expect
    return f"is overdue: no success for {in_words(expect)}" if expect is not None else "is overdue"


_HEADLINES: dict[News, Callable[[Case], str]] = {
    News.LOST: lambda case: "lost a run: its process or the runner died",
    News.FAILING: _failing,
    News.DISABLED: lambda case: f"{_failing(case)} and is disabled",
    News.UNRUNNABLE: lambda case: "can't run: its code is not found",
    News.OVERDUE: _overdue,
    News.RECOVERED: lambda case: "is well again",
    News.RUNNABLE: lambda case: "can run again: its code is found",
}
_SHORT = {
    News.LOST: "lost a run",
    News.FAILING: "failed",
    News.DISABLED: "failed and disabled",
    News.UNRUNNABLE: "can't run",
    News.OVERDUE: "overdue",
    News.RECOVERED: "well again",
    News.RUNNABLE: "can run again",
}
_WORST_FIRST = (
    News.DISABLED,
    News.UNRUNNABLE,
    News.FAILING,
    News.LOST,
    News.OVERDUE,
    News.RECOVERED,
    News.RUNNABLE,
)
_ORDER = {news: place for place, news in enumerate(_WORST_FIRST)}
BROKEN = frozenset({News.DISABLED, News.FAILING, News.LOST})
"""News that a run brought which did not end well."""
_GOOD = frozenset({News.RECOVERED, News.RUNNABLE})


def short(case: Case) -> str:
    """The same in a word or two."""
    return _SHORT[case.news]


def reason(case: Case) -> str:
    """Why, in one line; nothing if that is not known or all is well."""
    if case.why:
        return _first_line(case.why)
    if case.run is None or case.news in _GOOD:
        return ""
    text = case.run.reason or (case.run.error or "").strip().rpartition("\n")[2]
    return _first_line(text)


def times(case: Case, now: datetime) -> list[tuple[str, str]]:
    """The run and how long it has been so: words and values."""
    run, facts = case.run, []
    if run is not None and case.news is not News.OVERDUE:
        attempt = f", attempt {run.attempt}" if run.attempt > 1 else ""
        facts.append(("run", f"{run.run_id} ({run.trigger.value}{attempt}), for {case.when(run.scheduled_for)}"))
        ended = run.end_time or now
        facts.append(("ended", f"{case.when(ended)}, after {in_words(ended - run.start_time)}"))
    failures = case.state.failures if case.state else 0
    if failures > 1:
        facts.append(("failures", f"{failures} in a row"))
    if case.news in _GOOD and case.change.before.since is not None:
        facts.append(("trouble", f"for {in_words(now - case.change.before.since)}"))
    if case.news not in _GOOD and case.state is not None:
        last = case.state.last_success
        facts.append(("success", f"last one {case.when(last)}" if last else "none so far"))
    return facts


def advice(case: Case) -> list[str]:
    """What to type next."""
    name = case.task.name
    match case.news:
        case News.DISABLED:
            return [f"linodctl show {name}", f"linodctl enable {name}   (when it is mended)"]
        case News.UNRUNNABLE:
            return ["linodctl check", "linodctl reload   (when it is mended)"]
        case News.OVERDUE:
            return [f"linodctl explain {name}"]
        case News.FAILING | News.LOST if case.run is not None:
            return [f"linodctl show {name}", f"linodctl logs {case.run.run_id}"]
        case News.RECOVERED | News.RUNNABLE:
            return []
    return [f"linodctl show {name}"]


def _first_line(text: str) -> str:
    return next(iter(text.strip().splitlines()), "")
