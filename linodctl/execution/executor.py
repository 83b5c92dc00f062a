"""The door of this room: `Executor` carries out the runner's orders and reports what becomes of them.

```
open → [zygote ready] → start(order) → Started → Logged, Progressed … → Ended
            │  ↑                                  cancel, timeout → stop sequence → Ended
            ↓  │ after a pause that grows
       [zygote died] → its runs end as lost
```
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Sequence
from functools import partial

from linodctl.clock import Clock, SystemClock
from linodctl.domain import Isolation, Launch, Outcome, Result
from linodctl.execution.deadlines import Deadlines
from linodctl.execution.flight import Flight
from linodctl.execution.keeper import Keeper
from linodctl.execution.link import SetupFailed, ZygoteLink
from linodctl.execution.newborn import Newborn
from linodctl.execution.orders import ExecutionSite, Order
from linodctl.execution.pool import Pool
from linodctl.execution.probe import Probe, ProbePath
from linodctl.execution.probe_run import ProbeFailed, probe
from linodctl.execution.process_run import ProcessRun
from linodctl.execution.reports import Report, ZygoteDied, ZygoteMissing, ZygoteReady
from linodctl.execution.settle import Exit, settle
from linodctl.execution.spares import Spares
from linodctl.execution.threads import ThreadRun, Threads
from linodctl.execution.wire import Unsendable, pack
from linodctl.recurrence.values import duration_text

MOST_EXPECTED = 4
"""Workers that are forked ahead on a caller's word: it may not keep it."""

__all__ = ["Executor", "ProbeFailed", "SetupFailed"]

Go = Callable[[], bool]
"""Lets a prepared run begin. False if it has ended before, since the executor closed."""


class Executor:
    """Carries out runs. It belongs to the loop's thread, where `report` is called, too; no run ends within `start`."""

    def __init__(
        self,
        site: ExecutionSite,
        report: Callable[[Report], None],
        clock: Clock | None = None,
        newborn: Newborn | None = None,
    ) -> None:
        """A `newborn` that was started for this site is taken as the first zygote."""
        self._site = site
        self._report = report
        self._clock = clock or SystemClock()
        self._keeper = Keeper(site, self._on_ready, self._on_death, self._on_failure, newborn)
        self._flights: dict[int, Flight] = {}
        self._runs: dict[int, ProcessRun | ThreadRun] = {}
        self._closing: str | None = None
        self._zygote_missing = False
        self._waiting: list[Flight] = []
        """For a zygote to be ready."""
        self._held: dict[int, Callable[[], object]] = {}
        """What lets those begin that are prepared and may not begin yet."""

    async def open(self) -> None:
        """Start the zygote and wait for it. Raises SetupFailed, with the traceback in `detail`."""
        self._loop = asyncio.get_running_loop()
        self._all_landed = asyncio.Event()
        self._all_landed.set()
        self._deadlines = Deadlines(self._loop, self._on_timeout)
        self._pool = Pool(self._loop)
        self._spares = Spares(self._loop, self._clock)
        self._threads = Threads(self._site, self._loop, self._clock, self._forget)
        await self._keeper.open()

    async def close(self, why: str = "the runner stopped", at_once: bool = False) -> None:
        """Stop every run that is still under way (at once: by KILL), wait for their ends, let the zygote go."""
        self._closing = why
        self.stop_all(why, at_once)
        for run_id in list(self._held):
            self._let_go(self._flights[run_id])  # asked to stop, it ends: nobody waits for its time any more
        self._pool.dismiss_all()
        self._spares.dismiss_all()
        patience = self._loop.call_later(self._site.notice.total_seconds(), self._threads.abandon_all)
        await self._all_landed.wait()
        patience.cancel()
        self._threads.close()
        await self._keeper.close()

    @property
    def running(self) -> frozenset[int]:
        """Ids of the runs that were ordered and have not ended."""
        return frozenset(self._flights)

    @property
    def threads_in_zygote(self) -> Sequence[str]:
        """Names of threads that `setup` left running: forking beside them can hang a run, so the runner should warn."""
        return self._keeper.link.threads if self._keeper.link else ()

    def start(self, order: Order) -> None:
        """Carry out a run. Everything that can go wrong with it is reported as its end."""
        self.prepare(order)()

    def prepare(self, order: Order) -> Go:
        """Take over a run, and make all of it ready but its beginning; what is returned lets it go, and takes
        microseconds. Whatever happens to it before, asked to stop included, it ends after that, or as the executor
        closes."""
        if order.run_id in self._flights:
            raise ValueError(f"run {order.run_id} is under way already")
        flight = Flight(order, self._site.log_bytes, self._report, self._deadlines, self._loop, self._clock)
        self._flights[order.run_id] = flight
        self._all_landed.clear()
        link = self._keeper.link
        self._held[order.run_id] = _nothing
        if self._closing is not None:  # too late
            flight.ask(Outcome.CANCELLED, self._closing)
            self._waiting.append(flight)
            self._loop.call_soon(self._let_go, flight)
        elif order.launch.isolation is Isolation.THREAD:
            self._runs[order.run_id], self._held[order.run_id] = self._threads.prepare(flight)
        elif link is not None:
            self._held[order.run_id] = self._prepare(flight, link)
        else:
            self._waiting.append(flight)
        return partial(self._let_go, flight)

    def _let_go(self, flight: Flight) -> bool:
        begin = self._held.pop(flight.run_id, None)
        if begin is None:
            return False  # it was let go when the executor closed
        run = self._runs.get(flight.run_id)
        if run is not None and flight.asked is not None:
            run.forgo()
            return True
        begin()
        if flight.asked is not None:
            self._loop.call_soon(self._launch_waiting)  # it waits for no zygote any more: it ends there
        return True

    def get_ready(self, launches: Iterable[Launch]) -> None:
        """Runs launched like these will probably be ordered within a moment: fork their workers now."""
        in_processes = [launch for launch in launches if launch.isolation is Isolation.PROCESS]
        if self._keeper.link is not None:
            for launch in in_processes:
                self._keeper.link.foresee(launch.func)
        self._have_spares(sum(launch.is_fresh for launch in in_processes))

    def expect(self, fresh: int) -> None:
        """Somebody is about to ask for so many runs in processes of their own: fork workers for the first few now."""
        self._have_spares(max(self._spares.wanted, min(len(self._spares) + fresh, MOST_EXPECTED)))

    def _have_spares(self, count: int) -> None:
        link = self._keeper.link
        if link is not None and self._closing is None:
            self._spares.want(link, count)

    def cancel(self, run_id: int, why: str, outcome: Outcome = Outcome.CANCELLED) -> bool:
        """Begin to stop a run; it will end with this outcome and reason. False if it isn't under way, or was asked."""
        flight = self._flights.get(run_id)
        if flight is None or not flight.ask(outcome, why):
            return False
        run = self._runs.get(run_id)
        if run is None:
            self._loop.call_soon(self._launch_waiting)  # not begun: it ends there
        elif run_id not in self._held:  # else it ends where it would begin
            run.stop()
        return True

    def stop_all(self, why: str, at_once: bool = False) -> None:
        """Begin to stop every run; `at_once` sends KILL, also to those that were asked to stop before."""
        for run_id in list(self._flights):
            self.cancel(run_id, why)
            if at_once and run_id in self._runs and run_id not in self._held:
                self._runs[run_id].kill()

    async def probe(self, paths: Sequence[ProbePath], discover: Sequence[str] = ()) -> Probe:
        """Look at the site's code in a worker of its own. Raises ProbeFailed if that dies or takes too long."""
        return await probe(self._keeper, paths, discover, self._clock)

    def stale(self) -> bool:
        """Whether a file that `setup` or `preload` imported has changed, so that `replace` is called for."""
        return self._keeper.link is not None and self._keeper.link.stale()

    async def replace(self, site: ExecutionSite | None = None) -> None:
        """A new zygote (for a changed site, if given) for new runs; the old one lives until its runs have ended.

        Raises SetupFailed; then the old one stays in service, with the old site.
        """
        await self._keeper.replace(site or self._site)
        self._site = site or self._site
        self._threads.site = self._site
        self._pool.dismiss_all()
        self._spares.dismiss_all()

    # --- launching -------------------------------------------------------------------------------

    def _launch_waiting(self) -> None:
        waiting, self._waiting = self._waiting, []
        for flight in waiting:
            link = self._keeper.link
            held = flight.run_id in self._held
            if flight.asked is not None and not held:
                self._land(flight, settle(None, Exit(), flight.asked))
            elif flight.asked is not None or link is None:
                self._waiting.append(flight)
            elif held:
                self._held[flight.run_id] = self._prepare(flight, link)
            else:
                self._prepare(flight, link)()

    def _prepare(self, flight: Flight, link: ZygoteLink) -> Callable[[], object]:
        order = flight.order
        reuses = order.launch.reuse > 1
        worker = self._pool.take(order.task, order.launch, link) if reuses else self._spares.take(link)
        served = worker.served if worker is not None else 0
        job = order.job_for_worker(served + 1 >= order.launch.reuse, link.site.folder)
        try:
            frame = pack({"op": "run", "job": job})
            if worker is None:
                link.foresee(order.launch.func)
                worker = link.fork(self._clock)
        except Unsendable as error:
            if worker is not None:
                worker.dismiss()
            reason = f"an argument can't be handed over: {error}"
            result = Result(Outcome.FAILED, reason=reason, error=reason)
        except OSError as error:
            reason = f"no process could be made for the run: {error.strerror}"
            result = Result(Outcome.LOST, reason=reason)
        else:
            run = self._runs[order.run_id] = ProcessRun(flight, link, worker, self._loop, self._on_end)
            return partial(run.begin, frame)
        return partial(self._loop.call_soon, self._land, flight, result)

    # --- what happens ----------------------------------------------------------------------------

    def _on_end(self, run: ProcessRun) -> None:
        del self._runs[run.flight.run_id]
        if not run.flight.landed:  # the reused worker had gone before it began: nothing has been done yet
            self._waiting.append(run.flight)
            self._loop.call_soon(self._launch_waiting)
            return
        if run.worker_lives:
            order = run.flight.order
            if run.link is self._keeper.link:
                self._pool.put(order.task, order.launch, run.link, run.worker)
            else:
                run.worker.dismiss()
        self._forget(run.flight)

    def _on_timeout(self, run_id: int) -> None:
        timeout = self._flights[run_id].order.launch.timeout
        self.cancel(run_id, f"ran longer than its timeout of {duration_text(timeout)}", Outcome.TIMED_OUT)

    def _on_ready(self) -> None:
        if self._zygote_missing:
            self._zygote_missing = False
            self._report(ZygoteReady())
        self._launch_waiting()

    def _on_failure(self, error: SetupFailed) -> None:
        """No zygote to be had for now: what waits for one is lost, for it was claimed and can't be started."""
        waiting, self._waiting = self._waiting, []
        for flight in waiting:
            self._land(flight, Result(Outcome.LOST, reason=f"no worker could be started: {error}", error=error.detail))
        self._zygote_missing = True
        self._report(ZygoteMissing(str(error)))

    def _on_death(self, link: ZygoteLink, why: str) -> None:
        lost = tuple(i for i, run in self._runs.items() if isinstance(run, ProcessRun) and run.link is link)
        link.bury_workers(why)
        self._report(ZygoteDied(lost, why))

    def _land(self, flight: Flight, result: Result) -> None:
        if flight.run_id in self._held:  # nobody has been told of its beginning
            self._held[flight.run_id] = partial(self._loop.call_soon, self._land, flight, result)
            return
        flight.land(result)
        self._forget(flight)

    def _forget(self, flight: Flight) -> None:
        self._runs.pop(flight.run_id, None)
        self._held.pop(flight.run_id, None)
        self._flights.pop(flight.run_id, None)
        if not self._flights:
            self._all_landed.set()


def _nothing() -> None:
    """It waits for a zygote, or has ended: there is nothing to let go."""
