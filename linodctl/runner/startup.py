"""How a runner comes to be: it takes over from the one before it, gets its tasks, and tells what it found."""

from __future__ import annotations

import asyncio
import gc
import os
import socket

from linodctl import __version__, events
from linodctl.clock import Clock
from linodctl.config import Loaded, drift
from linodctl.execution.executor import Executor
from linodctl.execution.newborn import Newborn
from linodctl.planning import Scheduler
from linodctl.runner.batch import HEARD, Life
from linodctl.runner.books import Books
from linodctl.runner.changes import CONFIG_ERROR, RUNNING_CONFIG, Changes
from linodctl.runner.inbox import Inbox
from linodctl.runner.loader import Loader, in_force, with_code
from linodctl.runner.orders import execution_site
from linodctl.runner.recovery import Legacy, end_leftovers, look_back
from linodctl.runner.runner import HEARTBEAT, Runner
from linodctl.runner.signals import Signals
from linodctl.runner.troubles import Troubles
from linodctl.runner.wishes import Wishes
from linodctl.store.lock import SiteLock
from linodctl.store.store import Store
from linodctl.values import Value


class Means(Value):
    """What a runner is given to work with. The caller holds the lock."""

    loader: Loader
    lock: SiteLock
    store: Store
    clock: Clock
    inbox: Inbox
    signals: Signals
    troubles: Troubles
    beat_every: int = HEARTBEAT
    """Seconds between two signs of life in the state file, at most."""
    newborn: Newborn | None = None
    """The process of a zygote, started ahead."""


async def start(means: Means) -> Runner:
    """A runner ready to work. SiteHeld if another one still lives.

    First what is left of the old one's process tree is ended, then the plan is made, and the first tick closes the old
    one's open runs as `lost`: in this order no slot can run twice at the same time.
    """
    store = means.store
    legacy = look_back(store)
    await end_leftovers(legacy, means.clock)
    edits = store.edits(after_id=store.note(HEARD) or 0)
    loaded = await asyncio.to_thread(means.loader.load)
    executor = Executor(execution_site(loaded), means.inbox.take, newborn=means.newborn)
    try:
        await executor.open()
        if executor.threads_in_zygote:
            names = ", ".join(executor.threads_in_zygote)
            means.troubles(events.Trouble(f"setup left threads running ({names}): a run forked beside them can hang"))
        loaded = await with_code(means.loader, loaded, executor, store, means.troubles)
        return _runner(means, loaded, executor, legacy, config_knows=edits[-1].id if edits else 0)
    except BaseException:
        await executor.close(at_once=True)
        raise


def _runner(means: Means, loaded: Loaded, executor: Executor, legacy: Legacy, config_knows: int) -> Runner:
    store, now = means.store, means.clock.now()
    wishes = Wishes(store.note(HEARD) or 0, config_knows)
    states = store.states()
    scheduler = Scheduler(
        loaded.tasks,
        wishes.before(states, store),
        max_parallel=loaded.max_parallel,
        limits=loaded.limits,
        now=now,
        absence=legacy.absence_until(now),
    )
    books = Books(store, scheduler, wishes, means.inbox, socket.gethostname())
    books.declare(loaded.tasks)
    books.begin(Life(loaded.site, __version__, now), legacy)
    books.note(CONFIG_ERROR, None)
    books.note(RUNNING_CONFIG, drift.footprint(loaded))
    means.troubles(in_force(loaded))
    means.troubles(
        events.RunnerStarted(
            site=loaded.site,
            pid=os.getpid(),
            tasks=len(loaded.tasks),
            state=str(store.path),
            away_since=legacy.last_seen,
            unclean=legacy.unclean,
        )
    )
    gc.freeze()  # the tasks stay: looking through 100,000 of them for garbage would make a start late by half a second
    changes = Changes(loaded, means.loader, store, books, executor, means.clock, means.troubles, wake=means.inbox.wake)
    return Runner(
        changes=changes,
        lock=means.lock,
        store=store,
        books=books,
        executor=executor,
        inbox=means.inbox,
        signals=means.signals,
        clock=means.clock,
        troubles=means.troubles,
        beat_every=means.beat_every,
    )
