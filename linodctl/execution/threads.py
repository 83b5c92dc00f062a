"""`isolation: thread`: a run in a thread of the runner. Cheapest, but it can't be killed, only asked; it says so."""

from __future__ import annotations

import asyncio
import contextlib
import copy
import threading
import time
from collections import deque
from collections.abc import Callable
from functools import partial

from linodctl.clock import Clock
from linodctl.domain import Outcome, Result
from linodctl.execution import stacks
from linodctl.execution.bootstrap import SetupError, prepare
from linodctl.execution.flight import Flight
from linodctl.execution.hands import Hands, Work
from linodctl.execution.job import Job
from linodctl.execution.orders import ExecutionSite
from linodctl.execution.outcome import Ending, raised
from linodctl.execution.perform import perform
from linodctl.execution.reports import LogLine, log_line
from linodctl.execution.routing import Route, Router
from linodctl.execution.settle import Exit, result_of, settle
from linodctl.values import replace


class ThreadCancelled:
    """`ar.cancelled` of a thread. What it takes to wait is made when somebody waits: most procedures only look."""

    _making = threading.Lock()

    def __init__(self) -> None:
        self._is_set = False
        self._event: threading.Event | None = None

    def set(self) -> None:
        self._is_set = True  # before looking: an event that is made after that is set by who makes it
        if self._event is not None:
            self._event.set()

    def is_set(self) -> bool:
        return self._is_set

    __bool__ = is_set

    def wait(self, timeout: float | None = None) -> bool:
        with self._making:
            if self._event is None:
                self._event = threading.Event()
        if self._is_set:
            self._event.set()
        return self._event.wait(timeout)


class ThreadRun:
    """One run and its thread, seen from the loop."""

    def __init__(self, threads: Threads, flight: Flight, loop: asyncio.AbstractEventLoop) -> None:
        self.flight = flight
        self.cancelled = ThreadCancelled()
        self._threads = threads
        self._loop = loop
        self.begun = False
        self.thread: threading.Thread | None = None
        self._reminder: asyncio.TimerHandle | None = None
        self._stack = ""
        self._lines: deque[LogLine] = deque()

    def forgo(self) -> None:
        """It was asked to stop before it began."""
        self.land(settle(None, Exit(), self.flight.asked))

    def stop(self) -> None:
        """Ask it; if that doesn't help, say that nothing else can be done."""
        self.cancelled.set()
        self._reminder = self._loop.call_later(self._threads.site.notice.total_seconds(), self._remind)

    def _remind(self) -> None:
        self.flight.say("asked to stop, it goes on: a thread can't be killed (isolation: thread)")
        if self.flight.asked is not None and self.flight.asked.outcome is Outcome.TIMED_OUT:
            self._stack = stacks.of_thread(self.thread.ident if self.thread else None)
            self.flight.say(self._stack)

    def kill(self) -> None:
        """Give it up: the run is over for us, though its thread goes on until the runner's end."""
        result = settle(None, Exit(), self.flight.asked, lost="given up")
        self.land(replace(result, reason=f"{result.reason}; its thread could not be stopped"))

    # --- called in the thread --------------------------------------------------------------------

    def line(self, when: float, level: int, logger: str, text: str) -> None:
        self._lines.append(log_line(when, level, logger, text))
        self._threads.post(self._log)

    def progress(self, done: float, total: float | None, text: str) -> None:
        self._threads.post(partial(self._progress, float(done), None if total is None else float(total), str(text)))

    def end(self, ending: Ending, cpu_seconds: float) -> None:
        self._threads.post(partial(self._end, result_of(ending, cpu_seconds)))

    # --- called in the loop ----------------------------------------------------------------------

    def _log(self) -> None:
        """All lines that are there now; those that were posted with them find nothing left to do."""
        lines = [self._lines.popleft() for _ in range(len(self._lines))]
        if lines and not self.flight.landed:
            self.flight.log(lines)

    def _progress(self, done: float, total: float | None, text: str) -> None:
        if not self.flight.landed:
            self.flight.progress(done, total, text)

    def _end(self, account: Result) -> None:
        if not self.flight.landed:
            self._log()
            self.land(settle(account, Exit(), self.flight.asked))

    def land(self, result: Result) -> None:
        if self._reminder is not None:
            self._reminder.cancel()
        if self._stack and not result.error:
            result = replace(result, error=self._stack)
        self.flight.land(result)
        self._threads.landed(self)


class Threads:
    """All runs in threads. These are daemon threads, so that a stuck one doesn't keep the runner from ending."""

    def __init__(
        self,
        site: ExecutionSite,
        loop: asyncio.AbstractEventLoop,
        clock: Clock,
        on_end: Callable[[Flight], None],
    ) -> None:
        self.site = site
        self._loop = loop
        self._clock = clock
        self._on_end = on_end
        self._router: Router | None = None
        self._runs: set[ThreadRun] = set()
        self._hands = Hands()
        self._preparing = threading.Lock()
        self._prepared: ExecutionSite | None = None
        self._mail: deque[Callable[[], None]] = deque()
        self._mail_announced = False

    def prepare(self, flight: Flight) -> tuple[ThreadRun, Callable[[], object]]:
        """The run, and what lets it begin."""
        if self._router is None:
            self._router = Router()
        run = ThreadRun(self, flight, self._loop)
        self._runs.add(run)
        fields = flight.order.job()
        if fields["memory"]:
            fields["memory"] = copy.deepcopy(fields["memory"])  # the procedure's to change
        job = Job(**fields)
        return run, partial(self._begin, run, partial(self._carry_out, run, self._router, job))

    def _begin(self, run: ThreadRun, work: Work) -> None:
        run.begun = True
        try:
            self._hands.do(f"linodctl-run-{run.flight.run_id}", work)
            run.flight.begun()
        except RuntimeError as error:
            lost = settle(None, Exit(), None, lost=f"no thread could be made for the run: {error}")
            self._loop.call_soon(run.land, lost)

    def post(self, news: Callable[[], None]) -> None:
        """From any thread: have it done in the loop's. One wake-up serves all that is posted before it is answered."""
        self._mail.append(news)
        if not self._mail_announced:
            self._mail_announced = True
            with contextlib.suppress(RuntimeError):  # the loop is closed: nobody listens any more
                self._loop.call_soon_threadsafe(self._read_mail)

    def _read_mail(self) -> None:
        self._mail_announced = False  # before looking: what comes now announces itself again
        for _ in range(len(self._mail)):
            try:
                self._mail.popleft()()
            except Exception as error:  # a fault of ours must not keep others' news back
                self._loop.call_exception_handler({"message": "news of a thread was lost", "exception": error})

    def landed(self, run: ThreadRun) -> None:
        self._runs.discard(run)
        self._on_end(run.flight)

    def abandon_all(self) -> None:
        """Give up all that still run; those that have not begun end where they would."""
        for run in [run for run in self._runs if run.begun]:
            run.kill()

    def close(self) -> None:
        if self._router is not None:
            self._router.remove()
            self._router = None

    def _carry_out(self, run: ThreadRun, router: Router, job: Job) -> Callable[[], None]:
        """The run itself, in its thread; returns how to report its end."""
        run.thread = threading.current_thread()
        route = Route(run, job.level)
        router.enter(route)
        before = time.thread_time()
        try:
            self._prepare()
            ending = perform(job, run, run.cancelled, route)
        except SetupError as error:
            ending = raised(error)
        finally:
            router.leave(route)
        return partial(run.end, ending, time.thread_time() - before)

    def _prepare(self) -> None:
        """What the zygote does for processes, once for all threads. Raises SetupError."""
        with self._preparing:
            if self._prepared is not self.site:
                prepare([str(folder) for folder in self.site.pythonpath], self.site.setup, self.site.preload)
                self._prepared = self.site
