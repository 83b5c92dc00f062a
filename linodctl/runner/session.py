"""One life of a runner: start, work, drain, close; interruptible from its first moment."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine, Sequence
from datetime import timedelta
from typing import Any

from linodctl import events
from linodctl.clock import Clock
from linodctl.runner.inbox import Inbox
from linodctl.runner.loader import Loader
from linodctl.runner.runner import Runner
from linodctl.runner.signals import Signals
from linodctl.runner.startup import start
from linodctl.store.store import Store


async def session(
    loader: Loader,
    store: Store,
    clock: Clock,
    listeners: Sequence[events.Listener],
    *,
    once: bool = False,
    lasting: timedelta | None = None,
) -> int:
    """Run until told to stop, for `lasting`, or `once` for one pass. The exit code: 1 if a run of that pass failed.

    The caller holds the site's lock.
    """

    def tell(event: events.Event) -> None:
        for listener in listeners:
            listener(event)

    inbox = Inbox()
    signals = Signals(inbox.wake)
    signals.listen(asyncio.get_running_loop())
    runner = await _unless_stopped(start(loader, store, clock, inbox, signals, tell), inbox, signals)
    if runner is None:
        tell(events.RunnerStopped(signals.stop_why))
        return 0
    why = "it failed"
    try:
        why = await (runner.one_pass() if once else runner.work(lasting))
        await runner.drain(why)
    finally:
        await runner.close(why)
    return 1 if once and runner.failed else 0


async def _unless_stopped(starting: Coroutine[Any, Any, Runner], inbox: Inbox, signals: Signals) -> Runner | None:
    """The runner once it has started; None if a signal came first."""
    task = asyncio.ensure_future(starting)
    task.add_done_callback(lambda _: inbox.wake())
    while not task.done() and not signals.stop_why:
        await inbox.sleep(60)
    if not task.done():
        task.cancel()
        await asyncio.wait([task])
        return None
    return task.result()
