"""`trigger --here`: runs carried out in this process tree, with or without a runner, recorded like any other.

request ─► claim ─► Executor of our own ─► log as it comes ─► end on record
                                                                └─► the task's state too, if no runner keeps it
"""

from __future__ import annotations

import asyncio
import contextlib
import signal
import socket
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from linodctl import __version__
from linodctl.domain import LogLevel, OnLost, Request, Result, Retries, Run, Task, TaskState, Trigger
from linodctl.errors import LinodctlError, SiteHeld
from linodctl.execution.executor import Executor
from linodctl.execution.reports import Ended, Logged, Progressed, Report, Started, ZygoteDied
from linodctl.operations.follow import Step
from linodctl.operations.names import select
from linodctl.operations.site import Site, who
from linodctl.operations.trust import insist
from linodctl.operations.wishes import named
from linodctl.planning.aftermath import conclude
from linodctl.planning.decisions import Start
from linodctl.planning.slots import first_sight
from linodctl.runner.batch import Batch
from linodctl.runner.inbox import Inbox
from linodctl.runner.orders import execution_site, order_for
from linodctl.store.lock import SiteLock
from linodctl.store.reading import LogRow
from linodctl.store.store import Store
from linodctl.values import Value, replace

LOOK_AROUND = 0.5
"""Seconds between two looks at the state file: somebody may want the run cancelled."""

Tell = Callable[[Step], None]


class Wish(Value):
    """What the runs are to be given."""

    args: Mapping[str, Any]
    log_level: LogLevel | None
    as_of: datetime | None


class RanHere(Value):
    """What became of the requests."""

    runs: list[tuple[Request, Run]]
    interrupted: bool
    """Ctrl-C was pressed: the run was stopped, those after it were not begun."""


def run_here(site: Site, names: Sequence[str], wish: Wish, tell: Tell) -> RanHere:
    """Run the tasks one after the other, each once: retries are a runner's business. SetupFailed before anything is
    recorded if the site's code can't be loaded.
    """
    chosen = select(site.loaded.tasks, named(names))
    insist(site, site.loaded)
    with site.writing() as store, _lock_if_free(site) as is_ours:
        return asyncio.run(_Here(site, store, is_ours, tell).run_all(chosen, wish))


@contextlib.contextmanager
def _lock_if_free(site: Site) -> Iterator[bool]:
    """Keep runners away meanwhile. False if there is one already: then the tasks' states are its own to keep."""
    lock = SiteLock(site.state, since=site.now(), version=__version__)
    try:
        lock.acquire()
    except SiteHeld:
        yield False
        return
    try:
        yield True
    finally:
        lock.release()


class _Here:
    """One call's executor and its runs."""

    def __init__(self, site: Site, store: Store, is_ours: bool, tell: Tell) -> None:
        self._site = site
        self._store = store
        self._is_ours = is_ours
        self._tell = tell
        self._inbox = Inbox()
        self._executor = Executor(execution_site(site.loaded), self._inbox.take, site.clock)
        self._current: int | None = None
        self._interrupts = 0

    async def run_all(self, tasks: Sequence[Task], wish: Wish) -> RanHere:
        loop = asyncio.get_running_loop()
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(number, self._interrupt)
        await self._executor.open()
        try:
            runs = []
            for task in tasks:
                if not self._interrupts:
                    runs.append(await self._run(task, wish))
            return RanHere(runs, interrupted=self._interrupts > 0)
        finally:
            await self._executor.close("linodctl trigger --here ended")

    def _interrupt(self) -> None:
        """The first Ctrl-C asks the run to stop, the second one kills it."""
        self._interrupts += 1
        if self._current is not None:
            self._executor.cancel(self._current, "interrupted at the terminal")
        if self._interrupts > 1:
            self._executor.stop_all("interrupted at the terminal", at_once=True)

    async def _run(self, task: Task, wish: Wish) -> tuple[Request, Run]:
        request = self._store.request(
            task.name, self._site.now(), who(), args=dict(wish.args), log_level=wish.log_level, as_of=wish.as_of
        )
        start = _start_of(task, request, self._state_of(task), self._site.now())
        self._current = self._claim(start)
        self._executor.start(order_for(start, self._current, self._store))
        self._tell(self._row(self._current))
        while (result := self._take_reports(task)) is None:
            await self._inbox.sleep(LOOK_AROUND)
            self._obey(self._current)
        run_id, self._current = self._current, None
        self._conclude(start, run_id, result)
        run = self._row(run_id)
        self._tell(run)
        return request, run

    def _state_of(self, task: Task) -> TaskState:
        state = self._store.states([task.name]).get(task.name)
        return state if state is not None and state.settled is not None else first_sight(task, self._site.now(), state)

    def _claim(self, start: Start) -> int:
        """Record the run before it starts, in one transaction with the request's end of waiting."""
        assert start.before is not None
        states = [replace(start.before, last_start_time=start.at)] if self._is_ours else []
        with self._store.transaction() as ledger:
            procedures = [(start.task.name, start.task.procedure)]
            written = Batch(procedures=procedures, decisions=[start], states=states).write(ledger, socket.gethostname())
        if written.refused:
            name = start.task.name
            raise LinodctlError(f"the runner was faster and runs '{name}' itself; 'linodctl logs -f {name}' follows it")
        return written.run_ids[start.ticket]

    def _take_reports(self, task: Task) -> Result | None:
        """Record and tell what has been reported since the last call; the result, if that was the last report."""
        reports = list(self._inbox.reports)
        self._inbox.reports.clear()
        said = [report for report in reports if isinstance(report, Started | Logged | Progressed)]
        if said:
            with self._store.transaction() as ledger:
                Batch(reports=said).write(ledger, "")
        for report in said:
            self._tell_report(task, report)
        return next((report.result for report in reports if isinstance(report, Ended)), None)

    def _tell_report(self, task: Task, report: Report) -> None:
        match report:
            case Logged():
                for line in report.records:
                    self._tell(LogRow(0, report.run_id, task.name, line.time, line.level, line.logger, line.text))
            case Progressed():
                self._tell(self._row(report.run_id))
            case Started() | Ended() | ZygoteDied():
                pass

    def _obey(self, run_id: int) -> None:
        """Stop the run if somebody asked for that with `linodctl cancel`."""
        asked_by = self._row(run_id).cancel_requested
        if asked_by:
            self._executor.cancel(run_id, f"asked by {asked_by}")

    def _conclude(self, start: Start, run_id: int, result: Result) -> None:
        """Record the end. The task's state follows the rules of any run, but only a runner retries."""
        now = self._site.now()
        batch = Batch(ends=[(run_id, result, now)])
        if self._is_ours:
            final = replace(result, retry_wanted=False, retry_after=None)
            state, decisions = conclude(_tried_once(start.task), self._state_of(start.task), start, final, now)
            batch.states, batch.decisions = [state], decisions
        with self._store.transaction() as ledger:
            batch.write(ledger, "")

    def _row(self, run_id: int) -> Run:
        run = self._store.run(run_id)
        assert run is not None, "it was claimed a moment ago"
        return run


def _start_of(task: Task, request: Request, state: TaskState, now: datetime) -> Start:
    return Start(
        ticket=0,
        task=task,
        trigger=Trigger.REQUEST,
        scheduled_for=request.scheduled_for,
        at=now,
        request=request,
        request_id=request.request_id,
        before=state,
    )


def _tried_once(task: Task) -> Task:
    return replace(task, policy=replace(task.policy, retries=Retries(), on_lost=OnLost.RECORD))
