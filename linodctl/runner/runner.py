"""The runner: one site's loop, from its first tick to its last."""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import os
from collections.abc import Callable, Coroutine, Iterator
from datetime import timedelta
from functools import partial
from typing import Any

from linodctl import __version__, events
from linodctl.clock import Clock
from linodctl.config import Loaded
from linodctl.domain import Outcome, Result
from linodctl.errors import LinodctlError, StateError
from linodctl.execution.executor import Executor
from linodctl.execution.reports import Ended
from linodctl.planning import Start
from linodctl.runner.books import Books, Work
from linodctl.runner.chores import Chores
from linodctl.runner.control import ControlServer
from linodctl.runner.inbox import Inbox
from linodctl.runner.loader import Loader, Tell, with_code
from linodctl.runner.orders import execution_site, order_for
from linodctl.runner.signals import Signals
from linodctl.store.store import Store

HEARTBEAT = 30
"""Seconds between two signs of life in the state file."""
LOOK_AROUND = 15
"""Seconds between two looks for wishes whose wake-up call got lost, and at the socket they should have come by."""
EXPECT = 15
"""Seconds between two looks for tasks that should have succeeded by now."""
PRUNE = 3600
"""Seconds between two rounds of applying the history limits."""
PRUNE_STEPS = 5
"""How many of prune's transactions fit between two ticks."""
RETRY_WRITE = 2.0
"""Seconds before a tick that could not be recorded is tried again."""
RUNNER_STOPPED = "the runner stopped"
PATIENCE = 30.0
"""Seconds for which a single pass waits for a state file that can't be written."""
CONFIG_ERROR = "config_error"
"""The note that holds the problems of the last reload, or null."""


Apply = Callable[[], None]
"""What is left to do between two ticks when a change has been prepared beside them."""


class Runner:
    """Drives books and executor with the real clock. Made by `startup.start`; the caller holds the site's lock."""

    def __init__(
        self,
        *,
        loaded: Loaded,
        loader: Loader,
        store: Store,
        books: Books,
        executor: Executor,
        inbox: Inbox,
        signals: Signals,
        clock: Clock,
        tell: Tell,
        runner_id: int,
    ) -> None:
        self._loaded = loaded
        self._loader = loader
        self._store = store
        self._books = books
        self._executor = executor
        self._inbox = inbox
        self._signals = signals
        self._clock = clock
        self._tell = tell
        self._runner_id = runner_id
        self._control = ControlServer(store.path, self._answer)
        self._chores = Chores(
            clock,
            {
                self._beat: HEARTBEAT,
                self._look_around: LOOK_AROUND,
                self._miss_successes: EXPECT,
                self._prune: PRUNE,
            },
        )
        self._since = clock.now()
        self._reload_wanted = False
        self._options_changed = False
        self._change: asyncio.Future[Apply] | None = None
        self._socket_lost = False
        self._zygote_stale = False
        self._cannot_write = ""
        self._pruning: Iterator[object] | None = None
        self._overdue: set[str] = set()

    @property
    def failed(self) -> int:
        """How many runs so far ended otherwise than well."""
        return self._books.failed

    # --- the three ways to work -----------------------------------------------------------------

    async def work(self, lasting: timedelta | None = None) -> str:
        """Tick until somebody says stop, or for `lasting`. Says why it ended."""
        await self._open_control()
        end = None if lasting is None else self._clock.monotonic() + lasting.total_seconds()
        while not self._signals.stop_why:
            if end is not None and self._clock.monotonic() >= end:
                return "its time is over"
            self._chores.ring()
            if self._socket_lost:
                await self._open_control()
            self._look_after_changes()
            self._tick()
            self._prune_a_little()
            await self._inbox.sleep(self._seconds_to_sleep(end))
        return self._signals.stop_why

    async def one_pass(self) -> str:
        """Start what is owed, requested or due now, and wait until it has ended. Says why it ended.

        StateError if nothing can be recorded for `PATIENCE` seconds.
        """
        self._tick()
        patience = self._clock.monotonic() + PATIENCE
        while (self._books.live or self._cannot_write) and not self._signals.stop_why:
            if self._cannot_write and self._clock.monotonic() > patience:
                raise StateError(self._cannot_write)
            await self._inbox.sleep(RETRY_WRITE)
            self._tick(new_slots=bool(self._cannot_write))
        return self._signals.stop_why or "the pass is done"

    async def drain(self, why: str) -> None:
        """Start nothing more; wait for the runs to end, then stop them. A second signal stops them at once."""
        drain = self._loaded.drain.total_seconds()
        if self._change is not None:
            self._change.cancel()
        self._tell(events.RunnerStopping(why, len(self._books.live), drain))
        end = self._clock.monotonic() + drain
        while self._books.live and not self._signals.is_urgent and self._clock.monotonic() < end:
            await self._inbox.sleep(min(end - self._clock.monotonic(), RETRY_WRITE))
            self._tick(starts=False)
        await self._stop_runs()

    async def _stop_runs(self) -> None:
        """Close the executor, which ends every run one way or another, and record what becomes of them meanwhile."""
        urgent = self._signals.is_urgent
        closing = asyncio.ensure_future(self._executor.close(RUNNER_STOPPED, at_once=urgent))
        closing.add_done_callback(lambda _: self._inbox.wake())
        while not closing.done():
            await self._inbox.sleep(RETRY_WRITE)
            self._tick(starts=False)
            if self._signals.is_urgent and not urgent:
                urgent = True
                self._executor.stop_all(RUNNER_STOPPED, at_once=True)
        closing.result()
        self._tick(starts=False)

    async def close(self, why: str) -> None:
        """Leave the socket and the record of this runner in order."""
        await self._control.close()
        with contextlib.suppress(StateError):
            self._store.runner_stopped(self._runner_id, self._clock.now())
        self._tell(events.RunnerStopped(why))

    # --- the tick -------------------------------------------------------------------------------

    def _tick(self, *, new_slots: bool = True, starts: bool = True) -> None:
        now = self._clock.now()
        try:
            if self._books.is_quiet(now):
                return
            work = self._books.tick(now, new_slots=new_slots, starts=starts)
        except StateError as error:
            self._hold(str(error))
            return
        if self._cannot_write:
            self._cannot_write = ""
            self._tell(events.Trouble("the state file can be written again; runs are started again"))
        self._act(work)

    def _hold(self, error: str) -> None:
        """Nothing is started that is not on record; say so once and try again."""
        if error != self._cannot_write:
            self._tell(events.Trouble(f"{error}; no run is started until this can be recorded"))
        self._cannot_write = error

    def _act(self, work: Work) -> None:
        for event in work.events:
            self._tell(event)
        for run_id, start in work.starts:
            self._start(run_id, start)
        for run_id, why in work.stops:
            self._executor.cancel(run_id, why)
        if work.reload:
            self._options_changed = True
            self._inbox.wake()

    def _start(self, run_id: int, start: Start) -> None:
        try:
            order = order_for(start, run_id, self._store)
        except StateError as error:  # claimed, but its request can't be read now
            self._inbox.take(Ended(run_id, Result(Outcome.LOST, reason=str(error))))
            return
        self._executor.start(order)

    def _seconds_to_sleep(self, end: float | None) -> float:
        if self._pruning is not None:
            return 0.0
        seconds = [self._chores.seconds_to_next()]
        if self._cannot_write:
            seconds.append(RETRY_WRITE)
        else:
            wakeup = self._books.scheduler.next_wakeup()
            if wakeup is not None:
                seconds.append((wakeup - self._clock.now()).total_seconds())
        if end is not None:
            seconds.append(end - self._clock.monotonic())
        return min(seconds)

    # --- reload ---------------------------------------------------------------------------------

    def _look_after_changes(self) -> None:
        """Config and code are read anew beside the ticks; what came of it is applied between two of them."""
        if self._change is not None and self._change.done():
            change, self._change = self._change, None
            change.result()()
            if not (self._options_changed or self._reload_wanted):
                self._books.options_settled()
        if self._change is None:
            work = self._next_change()
            if work is not None:
                self._change = asyncio.ensure_future(work)
                self._change.add_done_callback(lambda _: self._inbox.wake())

    def _next_change(self) -> Coroutine[None, None, Apply] | None:
        if self._signals.take_reload() or self._reload_wanted:
            self._reload_wanted = self._options_changed = False
            return self._reload(fresh_code=True)
        if self._options_changed:
            self._options_changed = False
            return self._reload(fresh_code=False)
        if self._zygote_stale:
            self._zygote_stale = False
            return self._refresh_zygote()
        return None

    async def _reload(self, *, fresh_code: bool) -> Apply:
        """The config as it is now on disk; if it has problems, the old one goes on, and so does its zygote."""
        replaced = False
        try:
            loaded = await asyncio.to_thread(self._loader.load)
            if fresh_code or execution_site(loaded) != execution_site(self._loaded):
                await self._executor.replace(execution_site(loaded))
                replaced = True
            loaded = await with_code(self._loader, loaded, self._executor, self._store, self._tell)
        except LinodctlError as error:
            if replaced:
                with contextlib.suppress(LinodctlError):
                    await self._executor.replace(execution_site(self._loaded))
            return partial(self._reject, str(error))
        return partial(self._accept, loaded)

    def _reject(self, problems: str) -> None:
        self._books.note(CONFIG_ERROR, problems)
        self._tell(events.ConfigRejected(problems))

    def _accept(self, loaded: Loaded) -> None:
        try:
            self._books.replace(loaded, self._clock.now())
        except StateError as error:
            self._tell(events.Trouble(f"the new config is not in force: {error}; 'linodctl reload' tries again"))
            return
        old, self._loaded = self._loaded, loaded
        self._books.note(CONFIG_ERROR, None)
        self._tell(events.ConfigInForce(loaded.site, loaded.timezone, loaded.tasks, loaded.notify))
        self._tell(events.ConfigReloaded(len(loaded.tasks)))
        fixed = [name for name in ("state", "log", "timezone") if getattr(loaded, name) != getattr(old, name)]
        if fixed:
            self._tell(events.Trouble(f"the new {' and '.join(fixed)} of the site takes effect at the next start"))

    async def _refresh_zygote(self) -> Apply:
        """What `setup` and `preload` imported has changed on disk: new runs get the new code."""
        try:
            await self._executor.replace()
        except LinodctlError as error:
            return partial(self._tell, events.Trouble(f"changed code was not taken over, the old goes on: {error}"))
        return partial(self._tell, events.CodeRefreshed())

    # --- chores ---------------------------------------------------------------------------------

    def _beat(self) -> None:
        with contextlib.suppress(StateError):
            self._store.heartbeat(self._runner_id, self._clock.now())

    def _look_around(self) -> None:
        """Wishes are looked for at every tick; left to see is whether they can wake us and the code is fresh."""
        self._socket_lost = not self._control.is_reachable()
        self._zygote_stale = self._executor.stale()

    def _miss_successes(self) -> None:
        overdue = self._books.scheduler.overdue(self._clock.now())
        for name in sorted(overdue.keys() - self._overdue):
            self._tell(events.TaskOverdue(name, overdue[name]))
        for name in sorted(self._overdue - overdue.keys()):
            self._tell(events.TaskInTime(name))
        self._overdue = set(overdue)

    def _prune(self) -> None:
        history = self._loaded.history
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

    async def _open_control(self) -> None:
        self._socket_lost = False
        try:
            await self._control.open()
        except OSError as error:
            self._tell(events.Trouble(f"no control socket: {error}; wishes are found every {LOOK_AROUND} s"))

    def _answer(self, message: dict[str, Any]) -> dict[str, Any]:
        """What the socket's clients are told. Whatever they wish stands in the state file already."""
        match message.get("op"):
            case "wake":
                pass
            case "reload":
                self._reload_wanted = True
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
            "site": self._loaded.site,
            "running": sorted(self._books.live),
            "trouble": self._cannot_write or None,
        }
