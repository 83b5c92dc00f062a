"""How a runner comes to be: it takes over from the one before it, gets its tasks, and tells what it found."""

from __future__ import annotations

import asyncio
import contextlib
import os
import socket

from linodctl import __version__, events
from linodctl.clock import Clock
from linodctl.execution.executor import Executor
from linodctl.planning import Scheduler
from linodctl.runner.batch import HEARD
from linodctl.runner.books import Books
from linodctl.runner.inbox import Inbox
from linodctl.runner.loader import Loader, Tell, with_code
from linodctl.runner.orders import execution_site
from linodctl.runner.recovery import end_leftovers, look_back
from linodctl.runner.runner import Runner
from linodctl.runner.signals import Signals
from linodctl.runner.wishes import Wishes
from linodctl.store.store import Store


async def start(loader: Loader, store: Store, clock: Clock, inbox: Inbox, signals: Signals, tell: Tell) -> Runner:
    """A runner ready to work. The caller holds the site's lock.

    First what is left of the old one's process tree is ended, then its open runs are closed as `lost`, then the plan is
    made: in this order no slot can run twice at the same time.
    """
    legacy = look_back(store)
    await end_leftovers(legacy, clock)
    edits = store.edits(after_id=store.note(HEARD) or 0)
    loaded = await asyncio.to_thread(loader.load)
    executor = Executor(execution_site(loaded), inbox.take)
    await executor.open()
    async with contextlib.AsyncExitStack() as undo:
        undo.push_async_callback(executor.close, "the runner could not start")
        if executor.threads_in_zygote:
            names = ", ".join(executor.threads_in_zygote)
            tell(events.Trouble(f"setup left threads running ({names}): a run forked beside them can hang"))
        loaded = await with_code(loader, loaded, executor, store, tell)

        now = clock.now()
        wishes = Wishes(store.note(HEARD) or 0, config_knows=edits[-1].id if edits else 0)
        states = store.states()
        scheduler = Scheduler(
            loaded.tasks,
            wishes.before(states, store),
            max_parallel=loaded.max_parallel,
            limits=loaded.limits,
            now=now,
            absence=legacy.absence_until(now),
        )
        books = Books(store, scheduler, wishes, inbox, socket.gethostname())
        books.declare(loaded.tasks)
        books.close_lost(legacy.open_runs, now)
        runner_id = store.runner_started(site=loaded.site, version=__version__, at=now)
        tell(events.ConfigInForce(loaded.site, loaded.timezone, loaded.tasks, loaded.notify))
        tell(
            events.RunnerStarted(
                site=loaded.site,
                pid=os.getpid(),
                tasks=len(loaded.tasks),
                state=str(store.path),
                away_since=legacy.last_seen,
                unclean=legacy.unclean,
            )
        )
        runner = Runner(
            loaded=loaded,
            loader=loader,
            store=store,
            books=books,
            executor=executor,
            inbox=inbox,
            signals=signals,
            clock=clock,
            tell=tell,
            runner_id=runner_id,
        )
        undo.pop_all()
    return runner
