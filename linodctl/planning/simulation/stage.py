"""The stage: drives `planning.Scheduler` from instant to instant, ends runs when their time is over, tells a listener.

Of an instant everything that ends is heard first, then one tick decides, as in the runner.
"""

from __future__ import annotations

import heapq
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from linodctl.domain import Outcome, Result, Run, TaskState
from linodctl.planning.decisions import Decision, Skip, Start, Stop
from linodctl.planning.scheduler import Scheduler
from linodctl.planning.simulation.scenario import Scenario, Shift
from linodctl.planning.slots import INSTANT

SUCCEEDED = Result(Outcome.SUCCEEDED)
CANCELLED = Result(Outcome.CANCELLED)
LOST = Result(Outcome.LOST, reason="the runner died under it")


@dataclass(slots=True)
class PlayedRun:
    """A run that was only played. `end` and `outcome` are the model's, until something ends it otherwise."""

    decision: Start
    task: str
    start: datetime
    end: datetime
    outcome: Outcome = Outcome.SUCCEEDED

    @property
    def scheduled_for(self) -> datetime:
        return self.decision.scheduled_for

    @property
    def lateness(self) -> timedelta:
        return self.start - self.decision.scheduled_for


class Listener(Protocol):
    """Who is told what happens, in the order in which it does."""

    def started(self, run: PlayedRun, running: int) -> None:
        """A run has started; with it `running` runs are under way."""

    def skipped(self, skip: Skip) -> None: ...

    def finished(self, states: dict[str, TaskState]) -> None:
        """Time is over, and so each task stands."""


class Stage:
    """Plays one scenario, once."""

    def __init__(self, scenario: Scenario, listener: Listener, watch: Callable[[datetime], None]) -> None:
        """`watch` is told every instant that is played."""
        self._scenario = scenario
        self._listener = listener
        self._watch = watch
        self._states = dict(scenario.states)
        self._running: dict[int, PlayedRun] = {}
        self._ends: list[tuple[datetime, int]] = []
        """When runs will have ended, with their tickets; those of runs that were stopped are stale."""
        self._lost: list[PlayedRun] = []
        self._now = scenario.start

    def play(self) -> None:
        """From the first instant to the last."""
        for shift in self._scenario.shifts():
            self._begin(shift)
            self._advance(shift.end)
            self._break_off(shift.end)
        self._listener.finished(self._states)

    # --- a runner's life ------------------------------------------------------------------------

    def _begin(self, shift: Shift) -> None:
        """A runner starts, in the order in which `runner.startup` does it."""
        scenario, self._now = self._scenario, shift.start
        self._scheduler = Scheduler(
            scenario.tasks,
            self._states,
            max_parallel=scenario.max_parallel,
            limits=scenario.limits,
            now=shift.start,
            absence=shift.absence,
        )
        self._scheduler.startup(shift.start)
        for run in self._lost:
            self._scheduler.found_dead(_on_record(run), LOST, shift.start)
        self._lost.clear()
        if shift.start == scenario.start:
            for request in scenario.requests:
                self._scheduler.by_hand.request(request, shift.start)
        self._carry_out(self._scheduler.tick(shift.start))

    def _advance(self, end: datetime) -> None:
        while (instant := self._next_instant()) is not None and instant < end:
            self._now = max(self._now, instant)
            self._watch(self._now)
            self._end_runs()
            self._carry_out(self._scheduler.tick(self._now))

    def _break_off(self, end: datetime) -> None:
        """The runner dies, or time is over: what runs longer is lost if a new runner will come to look for it."""
        self._now = end
        self._end_runs()
        self._scheduler.settle(end - INSTANT)
        self._carry_out(self._scheduler.tick(end, starts=False))
        self._states.update({state.name: state for state in self._scheduler.changed()})
        if end < self._scenario.end:
            for run in self._running.values():
                run.end, run.outcome = end, Outcome.LOST
                self._lost.append(run)
        self._running.clear()
        self._ends.clear()

    # --- from instant to instant ----------------------------------------------------------------

    def _next_instant(self) -> datetime | None:
        wakeup = self._scheduler.next_wakeup()
        if not self._ends:
            return wakeup
        end = self._ends[0][0]
        return end if wakeup is None or end < wakeup else wakeup

    def _end_runs(self) -> None:
        while self._ends and self._ends[0][0] <= self._now:
            _, ticket = heapq.heappop(self._ends)
            if self._running.pop(ticket, None) is not None:
                self._scheduler.finished(ticket, SUCCEEDED, self._now)

    def _carry_out(self, decisions: Iterable[Decision]) -> None:
        for decision in decisions:
            match decision:
                case Start():
                    self._start(decision)
                case Skip():
                    self._listener.skipped(decision)
                case Stop():
                    self._stop(decision.ticket)

    def _start(self, start: Start) -> None:
        name = start.task.name
        run = PlayedRun(start, name, self._now, self._now + self._scenario.duration(name))
        self._running[start.ticket] = run
        heapq.heappush(self._ends, (run.end, start.ticket))
        self._listener.started(run, len(self._running))

    def _stop(self, ticket: int) -> None:
        """A run that is asked to stop does so at once. What that makes possible is decided at the same instant."""
        run = self._running.pop(ticket, None)
        if run is not None:
            run.end, run.outcome = self._now, Outcome.CANCELLED
            self._scheduler.finished(ticket, CANCELLED, self._now)
            heapq.heappush(self._ends, (self._now, ticket))


def ignore(instant: datetime) -> None:
    """For those who need not know how far the play is."""


def _on_record(run: PlayedRun) -> Run:
    """The run as the state file would have it for the next runner."""
    start = run.decision
    return Run(
        run_id=start.ticket,
        task=start.task.name,
        procedure=start.task.procedure,
        trigger=start.trigger,
        scheduled_for=start.scheduled_for,
        attempt=start.attempt,
        log_level=start.task.log_level,
        start_time=run.start,
        slot=start.slot,
        request_id=start.request_id,
    )
