"""The runner: one site's loop, from its first tick to its last."""

from __future__ import annotations

import asyncio
import itertools
import os
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from linodctl import __version__, events
from linodctl.clock import Clock
from linodctl.domain import Outcome, Result
from linodctl.errors import StateError
from linodctl.execution.executor import Executor
from linodctl.execution.reports import Ended
from linodctl.planning import Start
from linodctl.runner.books import Books, Work
from linodctl.runner.changes import Changes
from linodctl.runner.chores import Chores
from linodctl.runner.control import ControlServer
from linodctl.runner.inbox import Inbox
from linodctl.runner.orders import order_for
from linodctl.runner.signals import Signals
from linodctl.runner.surroundings import Surroundings
from linodctl.runner.troubles import DESCRIPTORS, STATE, Troubles
from linodctl.store import StateGone
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
AHEAD = timedelta(milliseconds=250)
"""So long before something comes due, the executor is told to get ready."""
PRUNE_STEPS = 5
"""How many of prune's transactions fit between two ticks."""
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
        self._tell = self._troubles = troubles
        self._control = ControlServer(store.path, self._answer)
        self._surroundings = Surroundings(lock, store, self._control, troubles, signals.stop)
        self._chores = Chores(
            clock,
            {
                self._beat: beat_every,
                self._look_around: LOOK_AROUND,
                self._miss_successes: EXPECT,
                self._prune: PRUNE,
            },
            self._clock_stepped,
        )
        self._since = clock.now()
        self._pruning: Iterator[object] | None = None
        self._overdue: set[str] = set()
        self._wrote = False
        """The state file was written since a pass was told of last."""

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
            self._tick()
            self._get_ready()
            self._prune_a_little()
            self._tell_of_the_pass()
            await self._inbox.sleep(self._seconds_to_sleep(end))
        return self._signals.stop_why

    async def one_pass(self) -> str:
        """Start what is owed, requested or due now, and wait until it has ended. Says why it ended.

        StateError if nothing can be recorded for `PATIENCE` seconds.
        """
        self._pass()
        patience = self._clock.monotonic() + PATIENCE
        while (self._books.live or self._cannot_write) and not self._signals.stop_why:
            if self._cannot_write and self._clock.monotonic() > patience:
                raise StateError(self._cannot_write)
            await self._nap()
            self._pass(new_slots=bool(self._cannot_write))
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
        self._tick(starts=False)

    async def close(self, why: str) -> None:
        """Leave the socket and the record of this runner in order."""
        await self._control.close()
        try:
            if self._books.runner_id is not None:
                self._store.runner_stopped(self._books.runner_id, self._clock.now())
        except StateError as error:
            self._tell(events.Trouble(f"{error}; the next runner will take this one for killed, and its runs for lost"))
        self._tell(events.RunnerStopped(why))

    # --- the tick -------------------------------------------------------------------------------

    def _pass(self, *, new_slots: bool = True, starts: bool = True) -> None:
        """What is done whatever the loop waits for: chores, the tick, the word that both are through."""
        self._chores.ring()
        self._tick(new_slots=new_slots, starts=starts)
        self._tell_of_the_pass()

    @property
    def _cannot_write(self) -> str | None:
        """Why nothing can be recorded at present."""
        return self._troubles.of(STATE)

    def _tick(self, *, new_slots: bool = True, starts: bool = True) -> None:
        now = self._clock.now()
        try:
            if not self._cannot_write and self._books.is_quiet(now):
                return
            work = self._books.tick(now, new_slots=new_slots, starts=starts)
            if self._cannot_write and self._books.runner_id is not None:
                self._store.heartbeat(self._books.runner_id, now)  # a tick with nothing to write proves nothing
        except StateGone as gone:
            self._put_state_back(gone)
        except StateError as error:
            self._hold(error)
        else:
            self._wrote = True
            self._tell(events.Mended(STATE, "the state file can be written again; runs are started again"))
            self._act(work)

    def _tell_of_the_pass(self) -> None:
        if self._wrote and not self._cannot_write:
            self._wrote = False
            self._tell(events.PassRecorded(len(self._books.live), self._books.scheduler.next_wakeup()))

    def _hold(self, error: StateError) -> None:
        """Nothing is started that is not on record."""
        self._tell(events.Trouble(f"{error}; no run is started until this can be recorded", STATE))

    def _put_state_back(self, gone: StateGone) -> None:
        try:
            self._surroundings.put_state_back(gone)
        except StateError as error:
            self._hold(error)
        else:
            self._books.look_anew()
            self._inbox.wake()

    def _act(self, work: Work) -> None:
        for run_id, start in work.starts:  # first: it is for these that somebody may be waiting
            self._start(run_id, start)
        for event in work.events:
            self._tell(event)
        for run_id, why in work.stops:
            self._executor.cancel(run_id, why)
        if work.reload:
            self._changes.note_options()
            self._inbox.wake()

    def _start(self, run_id: int, start: Start) -> None:
        try:
            order = order_for(start, run_id, self._store)
        except StateError as error:  # claimed, but its request can't be read now
            self._inbox.take(Ended(run_id, Result(Outcome.LOST, reason=str(error))))
            return
        self._executor.start(order)

    def _get_ready(self) -> None:
        """What is the same for all runs, forking above all, is better done before they are due."""
        if not self._cannot_write:
            coming = self._books.scheduler.coming(self._clock.now() + AHEAD)
            self._executor.get_ready(task.launch for task in coming)

    def _seconds_to_sleep(self, end: float | None) -> float:
        if self._pruning is not None:
            return 0.0
        seconds = [self._chores.seconds_to_next()]
        if self._cannot_write:
            seconds.append(RETRY_WRITE)
        else:
            wakeup = self._books.scheduler.next_wakeup()
            if wakeup is not None:
                left = wakeup - self._clock.now()
                seconds.append((left - AHEAD if left > AHEAD else left).total_seconds())
        if end is not None:
            seconds.append(end - self._clock.monotonic())
        return min(seconds)

    def _look_after_changes(self) -> None:
        if self._signals.take_reload():
            self._changes.want_reload()
        if not self._cannot_write:  # without the state file it isn't known what was set at run time
            self._changes.look_after()

    # --- chores ---------------------------------------------------------------------------------

    def _beat(self) -> None:
        try:
            if self._books.runner_id is not None:
                self._store.heartbeat(self._books.runner_id, self._clock.now())
                self._wrote = True
        except StateGone as gone:
            self._put_state_back(gone)
        except StateError as error:
            self._hold(error)

    def _look_around(self) -> None:
        """Wishes are looked for at every tick; left to see is whether files are where they were."""
        try:
            self._store.check()
        except StateGone as gone:
            self._put_state_back(gone)
        except StateError as error:
            self._hold(error)
        if self._executor.stale():
            self._changes.note_stale_code()

    def _clock_stepped(self, seconds: float, asleep: bool) -> None:
        self._tell(events.ClockStepped(seconds, asleep))

    def _miss_successes(self) -> None:
        overdue = self._books.scheduler.overdue(self._clock.now())
        for name in sorted(overdue.keys() - self._overdue):
            self._tell(events.TaskOverdue(name, overdue[name]))
        for name in sorted(self._overdue - overdue.keys()):
            self._tell(events.TaskInTime(name))
        self._overdue = set(overdue)

    def _prune(self) -> None:
        history = self._changes.loaded.history
        self._pruning = self._store.prune_steps(history.keep, history.for_, self._clock.now())

    def _prune_a_little(self) -> None:
        """A few short transactions between two ticks, so that a large backlog makes nobody late."""
        try:
            if self._pruning is not None and not list(itertools.islice(self._pruning, PRUNE_STEPS)):
                self._pruning = None
        except StateError as error:
            self._pruning = None
            self._tell(events.Trouble(f"history was not pruned: {error}"))

    # --- the control socket ---------------------------------------------------------------------

    def _answer(self, message: dict[str, Any]) -> dict[str, Any]:
        """What the socket's clients are told. Whatever they wish stands in the state file already."""
        self._tell(events.Mended(DESCRIPTORS, "the control socket takes calls again"))
        match message.get("op"):
            case "wake":
                pass
            case "reload":
                self._changes.want_reload()
            case "stop":
                self._signals.stop("asked to by 'linodctl stop'")
            case "status":
                return self._status()
            case _:
                return {"error": "unknown op"}
        self._inbox.wake()
        return {"ok": True, "pid": os.getpid()}

    def _status(self) -> dict[str, Any]:
        return {
            "ok": True,
            "pid": os.getpid(),
            "since": self._since.isoformat(),
            "version": __version__,
            "site": self._changes.loaded.site,
            "running": sorted(self._books.live),
            "troubles": self._troubles.present,
        }
