"""One life of a runner: start, work, drain, close; interruptible from its first moment."""

from __future__ import annotations

import asyncio
import errno
from collections.abc import Coroutine, Sequence
from datetime import timedelta
from functools import partial
from typing import Any

from linodctl import events
from linodctl.clock import Clock
from linodctl.execution.newborn import Newborn
from linodctl.runner.inbox import Inbox
from linodctl.runner.loader import Loader
from linodctl.runner.runner import HEARTBEAT, Runner
from linodctl.runner.signals import Signals
from linodctl.runner.startup import Means, start
from linodctl.runner.troubles import DESCRIPTORS, Troubles
from linodctl.store.lock import SiteLock
from linodctl.store.store import Store

SHORT_OF = frozenset({errno.EMFILE, errno.ENFILE, errno.ENOBUFS, errno.ENOMEM})
"""Errors by which the kernel says that it has no more of something."""


async def session(
    loader: Loader,
    lock: SiteLock,
    store: Store,
    clock: Clock,
    listeners: Sequence[events.Listener],
    *,
    once: bool = False,
    lasting: timedelta | None = None,
    beat_every: int = HEARTBEAT,
    newborn: Newborn | None = None,
) -> int:
    """Run until told to stop, for `lasting`, or `once` for one pass. The exit code: 1 if a run of that pass failed.
    A sign of life is written every `beat_every` seconds, at most. A `newborn` becomes the zygote.

    The caller holds `lock`, the site's. SiteHeld if another runner holds it all the same.
    """
    troubles = Troubles(listeners)
    inbox = Inbox()
    signals = Signals(inbox.wake)
    loop = asyncio.get_running_loop()
    signals.listen(loop)
    loop.set_exception_handler(partial(_on_loop_error, troubles))
    means = Means(loader, lock, store, clock, inbox, signals, troubles, beat_every, newborn)
    runner = await _unless_stopped(start(means), inbox, signals)
    if runner is None:
        troubles(events.RunnerStopped(signals.stop_why))
        return 0
    why = "it failed"
    try:
        why = await (runner.one_pass() if once else runner.work(lasting))
        await runner.drain(why)
    finally:
        await runner.close(why)
    return 1 if once and runner.failed else 0


def _on_loop_error(troubles: Troubles, loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
    """What asyncio can't hand to anybody. It tries again each second to take calls when descriptors run out."""
    error = context.get("exception")
    if isinstance(error, OSError) and error.errno in SHORT_OF:
        troubles(events.Trouble(f"the control socket takes no calls: {error.strerror}; it is tried again", DESCRIPTORS))
    else:
        loop.default_exception_handler(context)


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
