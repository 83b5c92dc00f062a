"""What an alert says: enough for somebody on a telephone at night to know what broke, and what to type. Pure.

The most important comes first, since chats cut off what is long.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from zoneinfo import ZoneInfo

from linodctl.domain import Run, Task, TaskState
from linodctl.masking import known
from linodctl.notify.digest import Change, News
from linodctl.planning.status import in_words
from linodctl.texts import printable

LONGEST_BODY = 3500
"""Characters; what most chats take in one piece."""
LAST_LINES = 10
"""Lines of the run's log, and twice as many of its traceback."""
LONGEST_LINE = 300
DETAILED = 3
"""Tasks that a message tells about in full; of the others it has a line each …"""
LISTED = 30
"""… up to so many."""


class Tone(StrEnum):
    """How bad it is, in apprise's words."""

    FAILURE = "failure"
    WARNING = "warning"
    SUCCESS = "success"
    INFO = "info"


@dataclass(frozen=True, slots=True)
class Message:
    """What is sent."""

    title: str
    body: str
    tone: Tone


@dataclass(frozen=True, slots=True)
class Case:
    """A task's news with what is known about it."""

    change: Change
    task: Task
    state: TaskState | None
    run: Run | None = None
    """The run that brought the news."""
    log: tuple[str, ...] = ()
    why: str | None = None
    """The reason, if it isn't the run's."""

    def when(self, instant: datetime) -> str:
        """The instant in the task's zone."""
        return instant.astimezone(ZoneInfo(self.task.recurrence.zone)).isoformat(" ", "seconds")


@dataclass(frozen=True, slots=True)
class Unclean:
    """The runner started after one that ended without a word."""

    at: datetime
    last_seen: datetime | None
    times: int
    """How often within the last hour."""


@dataclass(frozen=True, slots=True)
class Origin:
    """Who tells."""

    site: str
    host: str
    zone: str


def order(change: Change) -> int:
    """The worst first."""
    return _ORDER[change.news[0]]


def compose(origin: Origin, cases: Sequence[Case], unclean: Unclean | None, now: datetime) -> Message:
    """One message about all of it; at least one thing there must be."""
    ordered = sorted(cases, key=lambda case: order(case.change))
    heads = [f"{case.task.name} {_headline(case)}" for case in ordered]
    if unclean is not None:
        heads.insert(0, "the runner had died, and is back")
    title = heads[0] if len(heads) == 1 else _summary(ordered, unclean)
    body = _body(origin, ordered, unclean, now)
    return Message(f"[{origin.site}] {printable(title)}", body, _tone(ordered, unclean))


def _body(origin: Origin, cases: Sequence[Case], unclean: Unclean | None, now: datetime) -> str:
    parts = [] if unclean is None else [_unclean(unclean, origin)]
    if len(cases) > 1:
        parts.append(_list(cases))
    parts += [_one(case, now) for case in cases[:DETAILED]]
    end = f"(linodctl, site {origin.site} on {origin.host})"
    room = LONGEST_BODY - len(end) - 2
    text = "\n\n".join(parts)
    if len(text) > room:
        text = f"{text[: room - 20].rstrip()}\n… and more"
    return f"{text}\n\n{end}"


def _summary(cases: Sequence[Case], unclean: Unclean | None) -> str:
    counts: dict[str, list[str]] = {}
    for case in cases:
        counts.setdefault(_SHORT[case.change.news[0]], []).append(case.task.name)
    parts = [
        f"{names[0]} {word}" if len(names) == 1 else f"{len(names)} tasks {word}" for word, names in counts.items()
    ]
    return "; ".join([*(["the runner had died"] if unclean else []), *parts])


def _list(cases: Sequence[Case]) -> str:
    lines = [f"  {case.task.name} {_headline(case)}{_because(case)}" for case in cases[:LISTED]]
    if len(cases) > LISTED:
        lines.append(f"  … and {len(cases) - LISTED} more: linodctl status")
    return "\n".join(_cut(line) for line in lines)


def _because(case: Case) -> str:
    reason = _reason(case)
    return f": {reason}" if reason else ""


def _one(case: Case, now: datetime) -> str:
    """A task in full."""
    name = case.task.name
    lines = [f"{name} {_headline(case)}."]
    if case.task.description:
        lines.append(case.task.description.strip().splitlines()[0])
    facts = [("reason", _reason(case)), *_when(case, now), *(("then type", text) for text in _advice(case))]
    lines += [f"  {word:<10} {value}" for word, value in facts if value]
    if case.change.news[0] in _WITH_TRACE and case.run is not None:
        lines += _block("traceback", (case.run.error or "").rstrip().splitlines(), 2 * LAST_LINES)
        lines += _block("last lines of its log", case.log, LAST_LINES)
    return "\n".join(_cut(line) for line in lines)


def _headline(case: Case) -> str:
    words = [_HEADLINES[news](case) for news in case.change.news]
    return ", and ".join(words)


def _failing(case: Case) -> str:
    timed_out = case.run is not None and case.run.outcome == "timed_out"
    return "timed out" if timed_out else "failed"


def _recovered(case: Case) -> str:
    return "is well again"


def _overdue(case: Case) -> str:
    expect = case.task.policy.expect
    return f"is overdue: no success for {in_words(expect)}" if expect is not None else "is overdue"


_HEADLINES: dict[News, Callable[[Case], str]] = {
    News.LOST: lambda case: "lost a run: its process or the runner died",
    News.FAILING: _failing,
    News.DISABLED: lambda case: f"{_failing(case)} and is disabled",
    News.UNRUNNABLE: lambda case: "can't run: its code is not found",
    News.OVERDUE: _overdue,
    News.RECOVERED: _recovered,
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
_WITH_TRACE = frozenset({News.DISABLED, News.FAILING, News.LOST})
_GOOD = frozenset({News.RECOVERED, News.RUNNABLE})


def _reason(case: Case) -> str:
    if case.why:
        return _first_line(case.why)
    if case.run is None or case.change.news[0] in _GOOD:
        return ""
    text = case.run.reason or (case.run.error or "").strip().rpartition("\n")[2]
    return _first_line(text)


def _when(case: Case, now: datetime) -> list[tuple[str, str]]:
    run, facts = case.run, []
    if run is not None and case.change.news[0] is not News.OVERDUE:
        attempt = f", attempt {run.attempt}" if run.attempt > 1 else ""
        facts.append(("run", f"{run.run_id} ({run.trigger.value}{attempt}), for {case.when(run.scheduled_for)}"))
        ended = run.end_time or now
        facts.append(("ended", f"{case.when(ended)}, after {in_words(ended - run.start_time)}"))
    failures = case.state.failures if case.state else 0
    if failures > 1:
        facts.append(("failures", f"{failures} in a row"))
    if case.change.news[0] in _GOOD and case.change.before.since is not None:
        facts.append(("trouble", f"for {in_words(now - case.change.before.since)}"))
    if case.change.news[0] not in _GOOD and case.state is not None:
        last = case.state.last_success
        facts.append(("success", f"last one {case.when(last)}" if last else "none so far"))
    return facts


def _advice(case: Case) -> list[str]:
    name = case.task.name
    match case.change.news[0]:
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


def _unclean(unclean: Unclean, origin: Origin) -> str:
    def when(instant: datetime) -> str:
        return instant.astimezone(ZoneInfo(origin.zone)).isoformat(" ", "seconds")

    seen = f", last seen alive {when(unclean.last_seen)}" if unclean.last_seen else ""
    lines = [f"The runner before this one ended without a word{seen}; this one started {when(unclean.at)}."]
    if unclean.times > 1:
        lines.append(f"That has happened {unclean.times} times within the last hour.")
    lines.append("  then type  linodctl status")
    return "\n".join(lines)


def _tone(cases: Sequence[Case], unclean: Unclean | None) -> Tone:
    news = {item for case in cases for item in case.change.news}
    if news & {News.DISABLED, News.FAILING, News.UNRUNNABLE, News.OVERDUE}:
        return Tone.FAILURE
    return Tone.WARNING if unclean is not None or News.LOST in news else Tone.SUCCESS


def _block(title: str, lines: Sequence[str], most: int) -> list[str]:
    """The last lines of something long."""
    if not lines:
        return []
    left_out = [f"  … {len(lines) - most} lines before"] if len(lines) > most else []
    return ["", f"{title}:", *left_out, *(f"  {line}" for line in lines[-most:])]


def _first_line(text: str) -> str:
    return next(iter(text.strip().splitlines()), "")


def _cut(line: str) -> str:
    """A line that is fit to be read anywhere, and tells no secret that is known."""
    shown = printable(known.text(line).expandtabs(4))
    return shown if len(shown) <= LONGEST_LINE else f"{shown[: LONGEST_LINE - 1]}…"
