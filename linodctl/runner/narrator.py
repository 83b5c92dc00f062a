"""The wording of the runner's own log: one sentence per kind of event, in one place."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta, tzinfo
from functools import cached_property
from typing import Any, Protocol

from linodctl import events
from linodctl.domain import LogLevel, Outcome, SkipReason
from linodctl.planning.status import retold
from linodctl.recurrence.values import duration_text

Line = tuple[int, str]

FACTS = ("task", "run_id", "trigger", "scheduled_for", "attempt", "seconds", "count", "first", "last", "since")
"""Fields of events that JSON lines carry as they are."""
WORDLESS = frozenset({events.ConfigInForce, events.ConfigReloading, events.PassRecorded})
"""Events that others say, or that come too often for a line each."""
FEW = 5
"""How many names a line takes before it says 'and N more'."""


class Log(Protocol):
    """Where the lines go. Not through `logging`: making one of its records takes longer than writing the line."""

    @property
    def least(self) -> int:
        """The level below which nothing is written."""

    def tell(self, level: int, text: str, event: str, facts: Mapping[str, object]) -> None: ...


class Narrator:
    """A listener that turns events into log lines; instants are told in `zone`."""

    def __init__(self, log: Log, zone: tzinfo = UTC) -> None:
        self._log = log
        self._zone = zone

    def __call__(self, event: events.Event) -> None:
        kind = type(event)
        if kind in WORDLESS:
            return
        level, text = _WORDS[kind](event, self._when)
        if level >= self._log.least:
            self._log.tell(level, text, kind.__name__, Facts(event, self._zone))

    def _when(self, instant: datetime) -> str:
        return instant.astimezone(self._zone).isoformat(" ", "seconds")


class Facts(Mapping[str, object]):
    """What a program wants to know of an event; all words that come from elsewhere are in the text alone. They are
    found when somebody asks: lines for people have no use for them."""

    def __init__(self, event: events.Event, zone: tzinfo) -> None:
        self._event, self._zone = event, zone

    @cached_property
    def _found(self) -> dict[str, object]:
        facts: dict[str, object] = {}
        for name in _FACTS_OF[type(self._event)]:
            fact = getattr(self._event, name)
            facts[name] = fact.astimezone(self._zone).isoformat() if isinstance(fact, datetime) else fact
        if isinstance(self._event, events.RunEnded):
            facts["outcome"] = self._event.result.outcome
        return facts

    def __getitem__(self, name: str) -> object:
        return self._found[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._found)

    def __len__(self) -> int:
        return len(self._found)


When = Callable[[datetime], str]


def _runner_started(event: events.RunnerStarted, when: When) -> Line:
    tasks = _how_many(event.tasks, "task")
    text = f"runner of site {event.site} started (pid {event.pid}, {tasks}, state in {event.state})"
    if event.away_since is not None:
        how = "ended without a word" if event.unclean else "stopped"
        text += f"; the one before it {how}, last seen alive {when(event.away_since)}"
    return (logging.WARNING if event.unclean else logging.INFO, text)


def _came_back(event: events.CameBack, when: When) -> Line:
    text = f"nobody was there for {_lasting(event.until - event.since)}, since {when(event.since)}: "
    parts = []
    if event.lost:
        runs = [f"{task} (run {run_id})" for run_id, task in event.lost]
        parts.append(f"{_how_many(len(runs), 'run')} lost, {_first_few(runs)}")
    for counts, what in ((event.caught_up, "caught up"), (event.skipped, "skipped")):
        if counts:
            slots = [f"{task} {count}" for task, count in sorted(counts.items(), key=lambda item: (-item[1], item[0]))]
            parts.append(f"{_how_many(sum(counts.values()), 'slot')} {what}, {_first_few(slots)}")
    level = logging.WARNING if event.lost or event.unclean else logging.INFO
    return level, text + ("; ".join(parts) or "no run was lost, no slot missed")


def _clock_stepped(event: events.ClockStepped, when: When) -> Line:
    span = _lasting(timedelta(seconds=abs(event.seconds)))
    if event.asleep:
        return logging.INFO, f"the machine slept for {span}; what came due meanwhile goes by each task's 'missed'"
    if event.seconds > 0:
        return (
            logging.WARNING,
            f"the clock was set forward by {span}; what comes due by that goes by each task's 'missed'",
        )
    return (
        logging.WARNING,
        f"the clock was set back by {span}; slots that had their turn get no second one, so tasks wait until the clock "
        "is past them ('linodctl next' tells when; 'linodctl reset NAME' if it had been far in the future)",
    )


def _runner_stopping(event: events.RunnerStopping, when: When) -> Line:
    if not event.running:
        return logging.INFO, f"stopping: {event.why}"
    runs = "1 run" if event.running == 1 else f"{event.running} runs"
    return logging.INFO, f"stopping: {event.why}; waiting up to {event.drain:.0f} s for {runs} to end"


def _runner_stopped(event: events.RunnerStopped, when: When) -> Line:
    return logging.INFO, f"runner stopped: {event.why}"


def _run_started(event: events.RunStarted, when: When) -> Line:
    attempt = f", attempt {event.attempt}" if event.attempt > 1 else ""
    return _ordinary(event.log_level), f"{event.task}: run {event.run_id} started ({event.trigger}{attempt})"


def _run_ended(event: events.RunEnded, when: When) -> Line:
    outcome = event.result.outcome
    level = _ordinary(event.log_level)
    if not outcome.is_fine:
        level = logging.WARNING if outcome is Outcome.CANCELLED else logging.ERROR
    text = f"{event.task}: run {event.run_id} {outcome.replace('_', ' ')} after {event.seconds:.2f} s"
    why = event.result.reason or (event.result.error or "").strip().rpartition("\n")[2]
    return level, f"{text}: {why}" if why else text


def _slots_skipped(event: events.SlotsSkipped, when: When) -> Line:
    if event.count == 1:
        text = f"{event.task}: slot {when(event.first)} skipped ({event.reason})"
    else:
        text = f"{event.task}: {event.count} slots skipped, {when(event.first)} to {when(event.last)} ({event.reason})"
    # A disabled task was announced once; that its slots go by is for the history.
    level = logging.DEBUG if event.reason is SkipReason.DISABLED else logging.INFO
    return level, f"{text}: {retold(event.detail, when)}" if event.detail else text


def _ordinary(task_level: LogLevel) -> int:
    """The level of what is as it should be: below notice for tasks that log warnings only, as those in seconds do."""
    return logging.INFO if task_level.number <= logging.INFO else logging.DEBUG


def _task_disabled(event: events.TaskDisabled, when: When) -> Line:
    return logging.ERROR, f"{event.task}: disabled ({event.reason}); 'linodctl enable {event.task}' enables it again"


def _task_unrunnable(event: events.TaskUnrunnable, when: When) -> Line:
    return logging.ERROR, f"{event.task}: disabled until a reload finds its code ({event.why})"


def _task_enabled(event: events.TaskEnabled, when: When) -> Line:
    return logging.INFO, f"{event.task}: enabled, since {event.why}"


def _task_overdue(event: events.TaskOverdue, when: When) -> Line:
    return logging.ERROR, f"{event.task}: overdue since {when(event.since)}: no success within the time expected"


def _task_in_time(event: events.TaskInTime, when: When) -> Line:
    return logging.INFO, f"{event.task}: no longer overdue"


def _config_reloaded(event: events.ConfigReloaded, when: When) -> Line:
    return logging.INFO, f"config reloaded, {_how_many(event.tasks, 'task')}"


def _config_rejected(event: events.ConfigRejected, when: When) -> Line:
    return logging.ERROR, f"the new config has problems, the old one goes on:\n{event.problems}"


def _reload_failed(event: events.ReloadFailed, when: When) -> Line:
    return logging.ERROR, f"the new config is not in force: {event.why}; 'linodctl reload' tries again"


def _code_refreshed(event: events.CodeRefreshed, when: When) -> Line:
    return logging.INFO, "files that setup or preload imported have changed; new runs get the new code"


def _undelivered(event: events.Undelivered, when: When) -> Line:
    what_next = "it is given up" if event.given_up else "it is tried again and again"
    return logging.ERROR, f"what is sent to {event.to} does not arrive: {event.why}; {what_next}"


def _delivered_again(event: events.DeliveredAgain, when: When) -> Line:
    return logging.INFO, f"what is sent to {event.to} arrives again"


def _trouble(event: events.Trouble, when: When) -> Line:
    return logging.ERROR, event.what


def _mended(event: events.Mended, when: When) -> Line:
    return logging.WARNING, event.what


def _how_many(count: int, word: str) -> str:
    return f"{count} {word}{'' if count == 1 else 's'}"


def _first_few(items: Sequence[str]) -> str:
    more = len(items) - FEW
    return ", ".join(items[:FEW]) + (f" and {more} more" if more > 0 else "")


def _lasting(span: timedelta) -> str:
    """To the second: `2h13m`."""
    return duration_text(timedelta(seconds=round(span.total_seconds())))


_WORDS: dict[type, Callable[[Any, When], Line]] = {
    events.RunnerStarted: _runner_started,
    events.CameBack: _came_back,
    events.ClockStepped: _clock_stepped,
    events.RunnerStopping: _runner_stopping,
    events.RunnerStopped: _runner_stopped,
    events.RunStarted: _run_started,
    events.RunEnded: _run_ended,
    events.SlotsSkipped: _slots_skipped,
    events.TaskDisabled: _task_disabled,
    events.TaskUnrunnable: _task_unrunnable,
    events.TaskEnabled: _task_enabled,
    events.TaskOverdue: _task_overdue,
    events.TaskInTime: _task_in_time,
    events.ConfigReloaded: _config_reloaded,
    events.ConfigRejected: _config_rejected,
    events.ReloadFailed: _reload_failed,
    events.CodeRefreshed: _code_refreshed,
    events.Undelivered: _undelivered,
    events.DeliveredAgain: _delivered_again,
    events.Trouble: _trouble,
    events.Mended: _mended,
}

_FACTS_OF = {kind: tuple(name for name in FACTS if hasattr(kind, name)) for kind in _WORDS}
