"""The desk at which alerts are written: hears of events, looks how things stand after a short window, and posts.

What was told and what has not arrived yet is noted in the state file, together, before anything is sent: a restart
neither repeats nor loses an alert. (One that was sent in the very moment of a crash may come twice.)
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from functools import partial

from linodctl import events
from linodctl.clock import Clock
from linodctl.domain import Outcome, Task
from linodctl.errors import StateError
from linodctl.notify.case import Case
from linodctl.notify.deaths import Unclean
from linodctl.notify.dispatch import Dispatch, Stuck
from linodctl.notify.facts import cases_of
from linodctl.notify.memory import Memory
from linodctl.notify.message import Message, Origin, compose
from linodctl.notify.outbox import LIFE, Letter
from linodctl.notify.routes import Target, routes_for, routes_of_the_site, targets
from linodctl.notify.sender import FIRST_PAUSE, Job, Report
from linodctl.notify.standing import standing_of
from linodctl.store.store import Store

SOON = timedelta(seconds=2)
"""How long is waited after a runner's unclean end: for what it lost, but not until it dies again."""

Deliver = Callable[[str, Message], None]
"""Sends a message to an address; raises `sender.Undelivered`. Called in the sender's thread."""


class Desk:
    """A listener. Everything but delivery happens on the loop's thread."""

    def __init__(
        self,
        store: Store,
        clock: Clock,
        stuck: Stuck,
        deliver: Deliver,
        host: str,
        *,
        first_pause: float = FIRST_PAUSE,
        window: timedelta | None = None,
    ) -> None:
        """`window` in place of the digest's own."""
        self._store = store
        self._clock = clock
        self._stuck = stuck
        self._deliver = deliver
        self._host = host
        self._window = window
        self._dispatch = Dispatch("alerts", clock, self._settled, first_pause)
        self._memory = Memory(store)
        self._jobs: dict[int, Job] = {}
        self._config: events.ConfigInForce | None = None
        self._tasks: dict[str, Task] = {}
        self._targets: dict[str, Target] = {}
        self._seen_unrunnable: dict[str, str] = {}
        self._unrunnable: dict[str, str] = {}
        self._dirty: set[str] = set()
        self._timer: asyncio.TimerHandle | None = None

    # --- hearing --------------------------------------------------------------------------------

    def __call__(self, event: events.Event) -> None:
        match event:
            case events.TaskUnrunnable():
                self._seen_unrunnable[event.task] = event.why
            case events.ConfigInForce():
                self._take_over(event)
            case events.RunnerStarted() if event.unclean:
                now = self._clock.now()
                self._memory.deaths = self._memory.deaths.one_more(event.away_since, now)
                self._arm(now)
            case events.RunEnded() if self._is_news(event):
                self._look_at([event.task])
            case events.TaskOverdue() | events.TaskInTime():
                self._look_at([event.task])
            case events.RunnerStopped() if self._config is not None:
                self._tell()

    def close(self, seconds: float) -> None:
        """Give letters that are on their way so long to arrive; the others wait for the next runner."""
        self._dispatch.close(seconds)

    def _is_news(self, event: events.RunEnded) -> bool:
        """Whether the run's end can have changed anything: of most nothing needs to be looked up."""
        outcome = event.result.outcome
        if outcome.is_fine:
            return event.task in self._memory.digest.told
        return outcome is Outcome.LOST or (outcome.is_failure and not event.again)

    def _take_over(self, event: events.ConfigInForce) -> None:
        """Another config is in force, or the first one."""
        self._config = event
        self._tasks = {task.name: task for task in event.tasks}
        before = self._unrunnable
        self._unrunnable, self._seen_unrunnable = self._seen_unrunnable, {}
        self._targets = {target.key: target for target in targets(event.notify)}
        with contextlib.suppress(StateError):
            self._memory.restore()
        self._memory.digest.forget([name for name in self._memory.digest.told if name not in self._tasks])
        self._sort_out()
        self._look_at({*before, *self._unrunnable, *self._memory.digest.told, *self._in_trouble()} & self._tasks.keys())

    def _in_trouble(self) -> Iterable[str]:
        expecting = {task.name for task in self._tasks.values() if task.policy.expect is not None}
        with contextlib.suppress(StateError):
            return {*expecting, *self._store.in_trouble()}
        return expecting

    def _look_at(self, names: Iterable[str]) -> None:
        self._dirty.update(names)
        if self._dirty:
            self._arm(self._clock.now())

    def _arm(self, now: datetime) -> None:
        """Tell what there is after the window, or when news that had to wait may be told."""
        waits = []
        if self._memory.deaths.news is not None:
            waits.append(SOON)
        if self._dirty:
            waits.append(self._memory.digest.window(now))
        postponed = self._memory.digest.next_postponed()
        if postponed is not None:
            waits.append(postponed - now)
        if waits:
            wait = min(waits) if self._window is None else self._window
            self._tell_in(max(0.0, wait.total_seconds()))

    def _tell_in(self, seconds: float) -> None:
        """What is set to be told sooner stays so."""
        loop = asyncio.get_running_loop()
        if self._timer is not None:
            if self._timer.when() <= loop.time() + seconds:
                return
            self._timer.cancel()
        self._timer = loop.call_later(seconds, self._tell)

    # --- telling --------------------------------------------------------------------------------

    def _tell(self) -> None:
        """Look how those that something happened to stand now; write and post what is news."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        now = self._clock.now()
        if self._targets:
            with contextlib.suppress(StateError):  # it stays to be looked at
                self._write_letters(now)
        else:
            self._dirty.clear()
            self._memory.deaths = self._memory.deaths.without_news()
        self._memory.keep()
        self._arm(now)

    def _write_letters(self, now: datetime) -> None:
        if self._memory.restore():  # it could not be read at the start
            self._sort_out()
        names = {*self._dirty, *self._memory.digest.postponed(now)} & self._tasks.keys()
        states = self._store.states(names)
        enabled = {name: self._store.enabled_at(name) for name in names & self._memory.digest.told.keys()}
        self._dirty.clear()
        standings = {
            name: standing_of(self._tasks[name], states.get(name), name in self._unrunnable, now, enabled.get(name))
            for name in names
        }
        changes = self._memory.digest.look(standings, now)
        unclean = self._memory.deaths.news
        self._memory.deaths = self._memory.deaths.told_at(now)
        cases = cases_of(changes, self._tasks, states, self._unrunnable, self._store)
        letters = [self._memory.outbox.write(*addressed, now) for addressed in self._addressed(cases, unclean, now)]
        self._memory.keep()
        for letter in letters:
            self._post(letter)

    def _addressed(self, cases: list[Case], unclean: Unclean | None, now: datetime) -> Iterable[tuple[str, Message]]:
        """Each route's message about what concerns it, for each of its targets."""
        config = self._config
        assert config is not None, "nothing is told before there is a config"
        origin = Origin(config.site, self._host, config.timezone, str(config.file))
        for route in config.notify:
            own = [case for case in cases if route in routes_for(case.task.tags, config.notify)]
            of_site = unclean if route in routes_of_the_site(config.notify) else None
            if own or of_site is not None:
                message = compose(origin, own, of_site, now)
                for target in targets(config.notify, route):
                    yield target.key, message

    def _post(self, letter: Letter) -> None:
        target = self._targets[letter.target]
        job = Job(
            key=target.key,
            shown=target.shown,
            send=partial(self._deliver, target.address, letter.message),
            life=(LIFE - (self._clock.now() - letter.written)).total_seconds(),
            number=letter.number,
        )
        self._jobs[letter.number] = job
        self._dispatch.put(job)

    def _settled(self, report: Report) -> None:
        """Heard from the sender."""
        self._stuck.hear(report)
        number = report.job.number
        if report.arrived:
            self._memory.outbox.arrived(number)
        elif report.given_up:
            self._memory.outbox.give_up(number)
        else:
            return
        self._jobs.pop(number, None)
        self._memory.keep()

    def _sort_out(self) -> None:
        """Give up letters that have nobody to go to; post those that wait from an earlier life."""
        self._memory.outbox.sort_out(self._targets, self._clock.now())
        for number in self._jobs.keys() - self._memory.outbox.letters.keys():
            self._jobs.pop(number).withdrawn = True
        for letter in self._memory.outbox.letters.values():
            if letter.number not in self._jobs:
                self._post(letter)
