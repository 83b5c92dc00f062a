"""The runner: one site's loop, from its first tick to its last."""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta

from linodctl import events
from linodctl.clock import Clock
from linodctl.errors import StateError
from linodctl.execution.executor import Executor
from linodctl.runner.answers import Answers
from linodctl.runner.books import Books
from linodctl.runner.changes import Changes
from linodctl.runner.chores import Chores
from linodctl.runner.cleaning import Cleaning
from linodctl.runner.control import ControlServer
from linodctl.runner.inbox import Inbox
from linodctl.runner.overdue import Overdue
from linodctl.runner.signals import Signals
from linodctl.runner.surroundings import Surroundings
from linodctl.runner.ticking import Ticker
from linodctl.runner.troubles import Troubles
from linodctl.store.lock import SiteLock
from linodctl.store.store import Store

HEARTBEAT = 30
"""Seconds between two signs of life in the state file, at most."""
LOOK_AROUND = 15
"""Seconds between two looks for wishes whose wake-up call got lost, and at the socket they should have come by."""
EXPECT = 15
"""Seconds between two looks for tasks that should have succeeded by now."""
PRUNE = 3600
"""Seconds between two rounds of applying the history limits."""
AHEAD = timedelta(milliseconds=500)
"""So long before something comes due, the executor is told to get ready."""
RETRY_WRITE = 2.0
"""Seconds before a tick that could not be recorded is tried again."""
RUNNER_STOPPED = "the runner stopped"
PATIENCE = 30.0
"""Seconds for which a single pass waits for a state file that can't be written."""


class Runner:
    """Drives books and executor with the real clock. Made by `startup.start`; the caller holds the site's lock."""

    def __init__(
        self,
        *,
        changes: Changes,
        lock: SiteLock,
        store: Store,
        books: Books,
        executor: Executor,
        inbox: Inbox,
        signals: Signals,
        clock: Clock,
        troubles: Troubles,
        beat_every: int = HEARTBEAT,
    ) -> None:
        self._changes = changes
        self._store = store
        self._books = books
        self._executor = executor
        self._inbox = inbox
        self._signals = signals
        self._clock = clock
        self._tell = troubles
        answers = Answers(changes, books, executor, inbox, signals, troubles, clock.now())
        self._control = ControlServer(store.path, answers)
        self._surroundings = Surroundings(lock, store, self._control, troubles, signals.stop)
        self._ticker = Ticker(
            store=store,
            books=books,
            executor=executor,
            changes=changes,
            inbox=inbox,
            clock=clock,
            surroundings=self._surroundings,
            troubles=troubles,
        )
        self._chores = Chores(
            clock,
            {
                self._ticker.show_life: beat_every,
                self._look_around: LOOK_AROUND,
                self._look_for_overdue: EXPECT,
                self._clean_up: PRUNE,
            },
            self._clock_stepped,
        )
        self._cleaning = Cleaning(store, troubles)
        self._overdue = Overdue(troubles)

    @property
    def failed(self) -> int:
        """How many runs so far ended otherwise than well."""
        return self._books.failed

    # --- the three ways to work -----------------------------------------------------------------

    async def work(self, lasting: timedelta | None = None) -> str:
        """Tick until somebody says stop, or for `lasting`. Says why it ended."""
        end = None if lasting is None else self._clock.monotonic() + lasting.total_seconds()
        while not self._signals.stop_why:
            if end is not None and self._clock.monotonic() >= end:
                return "its time is over"
            self._chores.ring()
            await self._surroundings.keep(LOOK_AROUND)
            self._look_after_changes()
            self._ticker.tick(looks_ahead=True)
            self._get_ready()
            self._cleaning.go_on()
            self._ticker.tell_of_the_pass()
            await self._inbox.sleep(self._seconds_to_sleep(end))
        return self._signals.stop_why

    async def one_pass(self) -> str:
        """Start what is owed, requested or due now, and wait until it has ended. Says why it ended.

        StateError if nothing can be recorded for `PATIENCE` seconds.
        """
        self._pass()
        patience = self._clock.monotonic() + PATIENCE
        while (self._books.live or self._ticker.cannot_write) and not self._signals.stop_why:
            if self._ticker.cannot_write and self._clock.monotonic() > patience:
                raise StateError(self._ticker.cannot_write)
            await self._nap()
            self._pass(new_slots=bool(self._ticker.cannot_write))
        return self._signals.stop_why or "the pass is done"

    async def drain(self, why: str) -> None:
        """Start nothing more; wait for the runs to end, then stop them. A second signal stops them at once."""
        drain = self._changes.loaded.drain.total_seconds()
        self._changes.cancel()
        self._tell(events.RunnerStopping(why, len(self._books.live), drain))
        end = self._clock.monotonic() + drain
        while self._books.live and not self._signals.is_urgent and self._clock.monotonic() < end:
            await self._nap(end - self._clock.monotonic())
            self._pass(starts=False)
        await self._stop_runs()

    async def _nap(self, seconds: float = RETRY_WRITE) -> None:
        """Until something is reported, a chore is due, or these seconds are over."""
        await self._inbox.sleep(min(seconds, RETRY_WRITE, self._chores.seconds_to_next()))

    async def _stop_runs(self) -> None:
        """Close the executor, which ends every run one way or another, and record what becomes of them meanwhile."""
        urgent = self._signals.is_urgent
        closing = asyncio.ensure_future(self._executor.close(RUNNER_STOPPED, at_once=urgent))
        closing.add_done_callback(lambda _: self._inbox.wake())
        while not closing.done():
            await self._nap()
            self._pass(starts=False)
            if self._signals.is_urgent and not urgent:
                urgent = True
                self._executor.stop_all(RUNNER_STOPPED, at_once=True)
        closing.result()
        await self._record_the_rest()

    async def _record_the_rest(self) -> None:
        """What could not be written so far is tried a little longer: the next runner would take those runs for lost."""
        end = self._clock.monotonic() + RETRY_WRITE
        self._ticker.tick(starts=False)
        while self._books.has_more_to_write and self._clock.monotonic() < end:
            await self._nap(RETRY_WRITE / 10)
            self._ticker.tick(starts=False)

    async def close(self, why: str) -> None:
        """Leave the socket and the record of this runner in order."""
        await self._control.close()
        try:
            if self._books.runner_id is not None:
                self._store.runner_stopped(self._books.runner_id, self._clock.now())
        except StateError as error:
            self._tell(events.Trouble(f"{error}; the next runner will take this one for killed, and its runs for lost"))
        self._tell(events.RunnerStopped(why))

    # --- between two sleeps ---------------------------------------------------------------------

    def _pass(self, *, new_slots: bool = True, starts: bool = True) -> None:
        """What is done whatever the loop waits for: chores, the tick, the word that both are through."""
        self._chores.ring()
        self._ticker.tick(new_slots=new_slots, starts=starts)
        self._ticker.tell_of_the_pass()

    def _get_ready(self) -> None:
        """What is the same for all runs, forking above all, is better done before they are due."""
        if not self._ticker.cannot_write:
            coming = self._books.scheduler.outlook.coming(self._clock.now() + AHEAD)
            self._executor.get_ready(task.launch for task in coming)

    def _has_to_get_ready_for(self, wakeup: datetime) -> bool:
        coming = self._books.scheduler.outlook.coming(wakeup + AHEAD)
        return any(task.launch.is_fresh for task in coming)

    def _seconds_to_sleep(self, end: float | None) -> float:
        if self._cleaning.is_under_way:
            return 0.0
        seconds = [self._chores.seconds_to_next()]
        if self._ticker.cannot_write:
            seconds.append(RETRY_WRITE)
        else:
            wakeup, tick = self._books.scheduler.next_wakeup(), self._ticker.next
            if wakeup is not None and tick is not None:
                now, getting_ready = self._clock.now(), wakeup - AHEAD
                if getting_ready > now and self._has_to_get_ready_for(wakeup):
                    tick = getting_ready
                seconds.append((tick - now).total_seconds())
        if end is not None:
            seconds.append(end - self._clock.monotonic())
        return min(seconds)

    def _look_after_changes(self) -> None:
        if self._signals.take_reload():
            self._changes.want_reload()
        if not self._ticker.cannot_write:  # without the state file it isn't known what was set at run time
            self._changes.look_after()

    # --- chores ---------------------------------------------------------------------------------

    def _look_around(self) -> None:
        """Wishes are looked for at every tick; left to see is whether files are where they were."""
        self._ticker.look_at_the_file()
        if self._executor.stale():
            self._changes.note_stale_code()

    def _clock_stepped(self, seconds: float, asleep: bool) -> None:
        self._tell(events.ClockStepped(seconds, asleep))

    def _look_for_overdue(self) -> None:
        self._overdue.look(self._books.scheduler, self._clock.now())

    def _clean_up(self) -> None:
        self._cleaning.begin(self._changes.loaded.history, self._clock.now())
