"""The desk at which alerts are written: hears of events, looks how things stand after a short window, and posts.

What was told and what has not arrived yet is noted in the state file, together, before anything is sent: a restart
neither repeats nor loses an alert. (One that was sent in the very moment of a crash may come twice.)
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from linodctl import events
from linodctl.clock import Clock
from linodctl.domain import Outcome, Task
from linodctl.errors import StateError
from linodctl.notify.digest import HOUR, Digest, Told
from linodctl.notify.dispatch import Dispatch, Stuck
from linodctl.notify.facts import cases_of
from linodctl.notify.message import Case, Message, Origin, Unclean, compose
from linodctl.notify.outbox import LIFE, Letter, Outbox
from linodctl.notify.routes import Target, routes_for, routes_of_the_site, targets
from linodctl.notify.sender import FIRST_PAUSE, Job, Report
from linodctl.notify.standing import standing_of
from linodctl.store.store import Store

TOLD = "alerts_told"
"""The note of what was told of each task."""
OUTBOX = "alerts_outbox"
"""The note of the letters that have not arrived yet, and of how many were given up."""

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
        self._digest = Digest()
        self._outbox = Outbox()
        self._restored = False
        self._kept: dict[str, Any] = {}
        self._jobs: dict[int, Job] = {}
        self._config: events.ConfigInForce | None = None
        self._tasks: dict[str, Task] = {}
        self._targets: dict[str, Target] = {}
        self._seen_unrunnable: dict[str, str] = {}
        self._unrunnable: dict[str, str] = {}
        self._dirty: set[str] = set()
        self._unclean: Unclean | None = None
        self._unclean_times: list[datetime] = []
        self._unclean_told: datetime | None = None
        self._timer: asyncio.TimerHandle | None = None

    # --- hearing --------------------------------------------------------------------------------

    def __call__(self, event: events.Event) -> None:
        match event:
            case events.TaskUnrunnable():
                self._seen_unrunnable[event.task] = event.why
            case events.ConfigInForce():
                self._take_over(event)
            case events.RunnerStarted() if event.unclean:
                self._note_unclean(event)
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
            return event.task in self._digest.told
        return outcome is Outcome.LOST or (outcome.is_failure and not event.again)

    def _take_over(self, event: events.ConfigInForce) -> None:
        """Another config is in force, or the first one."""
        self._config = event
        self._tasks = {task.name: task for task in event.tasks}
        before = self._unrunnable
        self._unrunnable, self._seen_unrunnable = self._seen_unrunnable, {}
        self._targets = {target.key: target for target in targets(event.notify)}
        with contextlib.suppress(StateError):
            self._restore()
        self._digest.forget([name for name in self._digest.told if name not in self._tasks])
        self._sort_out()
        self._look_at({*before, *self._unrunnable, *self._digest.told, *self._in_trouble()} & self._tasks.keys())

    def _restore(self) -> None:
        """What an earlier runner told and did not get rid of."""
        if self._restored:
            return
        told, outbox = self._store.note(TOLD) or {}, self._store.note(OUTBOX) or {}
        self._kept = {TOLD: told, OUTBOX: outbox}
        self._digest = Digest({name: Told.from_json(shape) for name, shape in told.get("tasks", {}).items()})
        self._unclean_times = [datetime.fromisoformat(text) for text in told.get("unclean", [])]
        self._unclean_told = datetime.fromisoformat(told["unclean_told"]) if told.get("unclean_told") else None
        self._outbox = Outbox(map(Letter.from_json, outbox.get("letters", [])), outbox.get("given_up", 0))
        self._restored = True

    def _in_trouble(self) -> Iterable[str]:
        expecting = {task.name for task in self._tasks.values() if task.policy.expect is not None}
        with contextlib.suppress(StateError):
            return {*expecting, *self._store.in_trouble()}
        return expecting

    def _note_unclean(self, event: events.RunnerStarted) -> None:
        """Told once an hour: a runner that dies again and again shall not fill mailboxes."""
        now = self._clock.now()
        self._unclean_times = [*(instant for instant in self._unclean_times if now - HOUR < instant <= now), now]
        if self._unclean_told is None or not now - HOUR < self._unclean_told <= now:
            self._unclean = Unclean(now, event.away_since, len(self._unclean_times))
        self._arm(now)

    def _look_at(self, names: Iterable[str]) -> None:
        self._dirty.update(names)
        if self._dirty:
            self._arm(self._clock.now())

    def _arm(self, now: datetime) -> None:
        """Tell what there is after the window, or when news that had to wait may be told."""
        waits = []
        if self._unclean is not None:
            waits.append(SOON)
        if self._dirty:
            waits.append(self._digest.window(now))
        postponed = self._digest.next_postponed()
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
            self._unclean = None
        self._keep()
        self._arm(now)

    def _write_letters(self, now: datetime) -> None:
        self._restore()
        names = {*self._dirty, *self._digest.postponed(now)} & self._tasks.keys()
        states = self._store.states(names)
        enabled = {name: self._store.enabled_at(name) for name in names & self._digest.told.keys()}
        self._dirty.clear()
        standings = {
            name: standing_of(self._tasks[name], states.get(name), name in self._unrunnable, now, enabled.get(name))
            for name in names
        }
        changes = self._digest.look(standings, now)
        unclean, self._unclean = self._unclean, None
        self._unclean_told = now if unclean is not None else self._unclean_told
        cases = cases_of(changes, self._tasks, states, self._unrunnable, self._store)
        letters = [self._outbox.write(*addressed, now) for addressed in self._addressed(cases, unclean, now)]
        self._keep()
        for letter in letters:
            self._post(letter)

    def _addressed(self, cases: list[Case], unclean: Unclean | None, now: datetime) -> Iterable[tuple[str, Message]]:
        """Each route's message about what concerns it, for each of its targets."""
        config = self._config
        assert config is not None, "nothing is told before there is a config"
        origin = Origin(config.site, self._host, config.timezone)
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
            self._outbox.arrived(number)
        elif report.given_up:
            self._outbox.give_up(number)
        else:
            return
        self._jobs.pop(number, None)
        self._keep()

    def _sort_out(self) -> None:
        """Give up letters that have nobody to go to; post those that wait from an earlier life."""
        self._outbox.sort_out(self._targets, self._clock.now())
        for number in self._jobs.keys() - self._outbox.letters.keys():
            self._jobs.pop(number).withdrawn = True
        for letter in self._outbox.letters.values():
            if letter.number not in self._jobs:
                self._post(letter)

    def _keep(self) -> None:
        """Note what was told and what waits, in one transaction, if it has changed."""
        if not self._restored:
            return
        notes: Mapping[str, Any] = {
            TOLD: {
                "tasks": {name: told.to_json() for name, told in self._digest.told.items()},
                "unclean": [instant.isoformat() for instant in self._unclean_times],
                "unclean_told": self._unclean_told and self._unclean_told.isoformat(),
            },
            OUTBOX: {
                "letters": [letter.to_json() for letter in self._outbox.letters.values()],
                "given_up": self._outbox.given_up,
            },
        }
        changed = {key: value for key, value in notes.items() if value != self._kept.get(key)}
        if not changed:
            return
        with contextlib.suppress(StateError), self._store.transaction() as ledger:
            for key, value in changed.items():
                ledger.put_note(key, value)
            self._kept = dict(notes)
