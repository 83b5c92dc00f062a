"""A scheduler on a virtual clock, told as a story: what comes due, what runs, what ends, in a few words each."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from linodctl.domain import (
    Launch,
    LogLevel,
    Missed,
    Outcome,
    Overlap,
    Policy,
    Request,
    Result,
    Retries,
    Task,
    TaskState,
)
from linodctl.planning import Decision, Disable, Enable, Scheduler, Skip, Start, Stop
from linodctl.planning.owed import Absence
from linodctl.recurrence import parse_recurrence
from linodctl.values import replace

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
"""A Monday, far from any clock change."""


def at(text: str) -> datetime:
    """`12:00:05` on the day of the story, or `3d 12:00:05` three days later."""
    days, _, time = text.rpartition("d ")
    hours, minutes, seconds = (int(part) for part in (time + ":00").split(":")[:3])
    midnight = NOON.replace(hour=0) + timedelta(days=int(days or 0))
    return midnight + timedelta(hours=hours, minutes=minutes, seconds=seconds)


def make_task(name: str = "a", rule: str | Mapping[str, Any] = "10 seconds", number: int = 1, **options: Any) -> Task:
    """A task with policy options as keywords; `rule` is an `every:` phrase or a mapping of recurrence keys."""
    keys = {"every": rule} if isinstance(rule, str) else dict(rule)
    enums = {"missed": Missed, "overlap": Overlap}
    policy = {key: enums[key](value) if key in enums else value for key, value in options.items()}
    disabled = policy.pop("disabled", None)
    return Task(
        number=number,
        name=name,
        procedure=name,
        recurrence=parse_recurrence(keys, name=name, zone="UTC"),
        policy=replace(Policy(), **policy),
        launch=Launch("example.job"),
        log_level=LogLevel.INFO,
        disabled=disabled,
    )


class Story:
    """Drives a scheduler and writes down what it decided, in short words.

    `12:00:10 a` is the start of task a for that slot, `-overlap a 12:00:20` a skip, `-overlap a 12:00:20..12:00:50 x4`
    a span of them; the instant of a start is not repeated when it is the slot itself.
    """

    def __init__(
        self,
        *tasks: Task,
        now: str = "12:00:00",
        states: Mapping[str, TaskState] | None = None,
        max_parallel: int = 10,
        limits: Mapping[str, int] | None = None,
        absence: tuple[str, str] | None = None,
    ) -> None:
        self.now = at(now)
        self.scheduler = Scheduler(
            tasks,
            states or {},
            max_parallel=max_parallel,
            limits=limits or {},
            now=self.now,
            absence=Absence(at(absence[0]), at(absence[1])) if absence else None,
        )
        self.states: dict[str, TaskState] = {}
        self.running: dict[str, list[Start]] = {}
        self.log: list[str] = []
        self.starts: list[Start] = []
        self.skips: list[Skip] = []
        self.requests = 0

    def tick(self) -> list[str]:
        """One tick at the present instant; returns what it decided."""
        decisions = self.scheduler.tick(self.now)
        self.states.update({state.name: state for state in self.scheduler.changed()})
        words = [self._note(decision) for decision in decisions]
        self.log += words
        return words

    def ahead(self, text: str) -> list[str]:
        """One tick at the present instant that looks ahead to another one."""
        decisions = self.scheduler.tick(self.now, ahead=at(text))
        return [self._note(decision) for decision in decisions]

    def until(self, text: str) -> list[str]:
        """Go from wake-up to wake-up up to and including the instant; returns everything decided on the way."""
        end, words = at(text), self.tick()
        while (wakeup := self.scheduler.next_wakeup()) is not None and wakeup <= end:
            assert wakeup >= self.now or wakeup <= end
            self.now = max(self.now, wakeup)
            words += self.tick()
        self.now = end
        return words + self.tick()

    def jump(self, text: str) -> list[str]:
        """Sleep without waking, as a suspended machine does, then tick once."""
        self.now = at(text)
        return self.tick()

    def end(self, task: str, outcome: str = "succeeded", **more: Any) -> list[str]:
        """The task's oldest running run ends now."""
        run = self.running[task].pop(0)
        self.scheduler.finished(run.ticket, Result(Outcome(outcome), **more), self.now)
        return self.tick()

    def request(self, task: str, **more: Any) -> list[str]:
        self.requests += 1
        self.scheduler.by_hand.request(Request(self.requests, task, self.now, **more), self.now)
        return self.tick()

    def state(self, task: str = "a") -> TaskState:
        return self.states[task]

    def _note(self, decision: Decision) -> str:
        match decision:
            case Start():
                self.starts.append(decision)
                self.running.setdefault(decision.task.name, []).append(decision)
                return self._start_words(decision)
            case Skip():
                self.skips.append(decision)
                span = _clock(decision.slot)
                if decision.count > 1:
                    span += f"..{_clock(decision.last_slot)} x{decision.count}"
                return f"-{decision.reason} {decision.task} {span}"
            case Stop():
                return "stop"
            case Disable():
                return f"disable {decision.task}: {decision.reason}"
            case Enable():
                return f"enable {decision.task}: {decision.why}"

    def _start_words(self, start: Start) -> str:
        words = f"{_clock(start.at)} {start.task.name}"
        if start.slot is not None and start.slot != start.at:
            words += f" for {_clock(start.slot)}"
        if start.trigger.value != "schedule":
            words += f" ({start.trigger})"
        return words


def _clock(instant: datetime) -> str:
    return instant.strftime("%H:%M:%S")


def retries(attempts: int, delay: float = 10, backoff: float = 1) -> Retries:
    return Retries(attempts, timedelta(seconds=delay), backoff)
