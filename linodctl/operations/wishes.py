"""Wishes: each is written to the state file first, and then the runner is woken, so that none depends on the call."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from linodctl.domain import LogLevel, Request, Task
from linodctl.errors import NoRunner, UnknownName, UsageError
from linodctl.operations.names import select
from linodctl.operations.site import Site, who
from linodctl.runner.calling import Line, ask
from linodctl.store.lock import SiteLock
from linodctl.values import Value

if TYPE_CHECKING:
    from linodctl.store.store import Store

MANY = 2**63
"""Run ids are below it: SQLite's integers end there."""


class Heard(Value):
    """Whether somebody acts on a wish: a runner was woken, will find it at its next look, or there is none."""

    alive: bool
    woken: bool


def tell_runner(site: Site, op: str = "wake", line: Line | None = None) -> Heard:
    """Wake the runner, if there is one, by a line that may be open already."""
    answer = (line.ask(op) if line else None) or ask(site.state, op)
    if answer is not None and answer.get("ok"):
        return Heard(alive=True, woken=True)
    return Heard(alive=SiteLock(site.state).holder() is not None, woken=False)


def trigger(
    site: Site,
    names: Sequence[str],
    *,
    args: Mapping[str, Any] | None = None,
    log_level: LogLevel | None = None,
    as_of: datetime | None = None,
) -> tuple[list[Request], Heard]:
    """Request a run of each task as soon as possible. The runner is told before, so that it can fork meanwhile."""
    chosen = select(site.loaded.tasks, named(names))
    with Line(site.state) as line:
        line.tell("expect", fresh=sum(task.launch.is_fresh for task in chosen))
        me = who()
        with site.writing() as store:
            requests = [
                store.request(task.name, site.now(), me, args=dict(args or {}), log_level=log_level, as_of=as_of)
                for task in chosen
            ]
            return requests, tell_runner(site, line=line)


def enable(site: Site, names: Sequence[str]) -> tuple[list[Task], Heard]:
    """Clear the flag. What the declaration disables stays disabled; the caller says so."""
    chosen = select(site.loaded.tasks, named(names))
    with site.writing() as store:
        store.enable([task.name for task in chosen], site.now(), who())
    return chosen, tell_runner(site)


def disable(
    site: Site, names: Sequence[str], *, reason: str | None = None, until: datetime | None = None
) -> tuple[list[Task], Heard]:
    """Set the flag, for good or until an instant. UsageError for an instant that is over."""
    chosen = select(site.loaded.tasks, named(names))
    if until is not None and until <= site.now():
        raise UsageError(f"{until.isoformat(' ', 'seconds')} is over: name a time to come")
    with site.writing() as store:
        store.disable([task.name for task in chosen], reason or f"by {who()}", site.now(), until, who())
    return chosen, tell_runner(site)


def reset(site: Site, names: Sequence[str]) -> tuple[list[Task], Heard]:
    """Forget last start, end and anchor, as if never run; the history stays."""
    chosen = select(site.loaded.tasks, named(names))
    with site.writing() as store:
        store.reset([task.name for task in chosen], site.now(), who())
    return chosen, tell_runner(site)


class Cancelled(Value):
    """What a `cancel` took back of one task: requests that had not started, runs that were asked to stop, retries."""

    task: str
    requests: int
    run_ids: tuple[int, ...]
    retries: int = 0
    """Attempts that were to be made after failed ones."""


def cancel(site: Site, target: str) -> tuple[list[Cancelled], Heard]:
    """Withdraw the requests, stop the runs and give up the retries of the tasks meant; or stop the run of this number.

    UnknownName if there is no such task or run, or there is nothing to cancel.
    """
    if target.isdecimal() and target not in site.by_name:
        return [_cancel_run(site, int(target))], tell_runner(site)
    chosen = select(site.loaded.tasks, [target])
    with site.reading() as reader:
        busy = {request.task for request in reader.requests()} | {run.task for run in reader.running()}
        states = reader.states([task.name for task in chosen])
        busy |= {name for name, state in states.items() if state.further_attempts()}
    if not any(task.name in busy for task in chosen):
        raise UnknownName(f"{_neither(chosen)} a request, a run or a retry to cancel")
    with site.writing() as store:
        done = [_cancel_task(site, store, task.name) for task in chosen if task.name in busy]
    return done, tell_runner(site)


def take_back(site: Site, requests: Sequence[Request]) -> Heard:
    """Withdraw these requests, or stop the runs that they have led to; nobody else's, and no retry follows."""
    with site.writing() as store:
        for request in requests:
            store.withdraw(request.request_id, site.now(), who())
            store.forgo(request.task, site.now(), who(), request.request_id)
            run = store.run_for_request(request.request_id)
            if run is not None and run.end_time is None:
                store.cancel_run(run.run_id, site.now(), who())
    return tell_runner(site)


def _neither(chosen: Sequence[Task]) -> str:
    return f"task '{chosen[0].name}' doesn't have" if len(chosen) == 1 else f"none of these {len(chosen)} tasks has"


def _cancel_task(site: Site, store: Store, task: str) -> Cancelled:
    withdrawn = store.withdraw(task, site.now(), who())
    run_ids = tuple(run.run_id for run in store.running(task))
    for run_id in run_ids:
        store.cancel_run(run_id, site.now(), who())
    return Cancelled(task, withdrawn, run_ids, store.forgo(task, site.now(), who()))


def _cancel_run(site: Site, run_id: int) -> Cancelled:
    with site.reading() as reader:
        run = reader.run(run_id) if run_id < MANY else None
    if run is None:
        raise UnknownName(f"no run {run_id}; 'linodctl history' shows the runs")
    if run.end_time is not None:
        raise UnknownName(f"run {run_id} of '{run.task}' has ended already ({run.outcome})")
    with site.writing() as store:
        store.cancel_run(run_id, site.now(), who())
    return Cancelled(run.task, 0, (run_id,))


def reload(site: Site) -> Heard:
    """Ask the runner to read its config again. ConfigError if that has problems; NoRunner if none is alive."""
    _ = site.loaded
    return _needs_runner(site, "reload")


def stop(site: Site) -> Heard:
    """Ask the runner to drain and exit. NoRunner if none is alive."""
    return _needs_runner(site, "stop")


def _needs_runner(site: Site, op: str) -> Heard:
    heard = tell_runner(site, op)
    if heard.woken:
        return heard
    if heard.alive:
        pid = (SiteLock(site.state).holder() or {}).get("pid", "unknown")
        number = "HUP" if op == "reload" else "TERM"
        raise NoRunner(f"the runner's socket beside {site.state} doesn't answer; send {number} to its pid {pid}")
    raise NoRunner(f"no runner is alive for the state file {site.state}; start one with 'linodctl run'")


def named(names: Sequence[str]) -> Sequence[str]:
    """The names, if there are any: what changes something never means all tasks by default. UsageError."""
    if not names:
        raise UsageError("name at least one task, a glob such as 'mail_*' (quoted), or tag:TAG")
    return names
