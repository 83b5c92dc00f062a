"""The bell rings at once for what something waits for; the rest is collected for a moment."""

from __future__ import annotations

import asyncio

from linodctl.domain import Outcome, Result
from linodctl.execution.reports import Ended, Logged, Report, Started
from linodctl.runner.inbox import Inbox

END = Ended(1, Result(Outcome.SUCCEEDED))


def rings(*reports: Report, awaited: bool = True, within_rounds: int = 5) -> bool:
    """Whether the bell rings within so many rounds of the loop, which take no time."""

    async def listen() -> bool:
        inbox = Inbox()
        inbox.is_awaited = lambda run_id: awaited
        for report in reports:
            inbox.take(report)
        sleep = asyncio.ensure_future(inbox.sleep(60))
        for _ in range(within_rounds):
            await asyncio.sleep(0)
        done = sleep.done()
        await sleep
        return done

    return asyncio.run(listen())


def test_an_end_that_something_waits_for_rings_at_once() -> None:
    assert rings(END)
    assert rings(Logged(1, ()), END)


def test_what_nothing_waits_for_rings_in_a_moment() -> None:
    assert not rings(Logged(1, ()))
    assert not rings(END, awaited=False)
    assert not rings(Logged(1, ()), END, awaited=False)
    assert rings(Started(1, 4711, "99"), awaited=False)
