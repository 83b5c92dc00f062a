"""What a runner leaves on record when it stops, with a real one in this process."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path

import pytest
from sites import PATIENCE, SiteFolder

from linodctl import events
from linodctl.clock import SystemClock
from linodctl.domain import Outcome, TaskState
from linodctl.errors import StateError
from linodctl.execution.executor import Executor
from linodctl.operations.site import Site
from linodctl.runner.calling import ask
from linodctl.runner.session import session
from linodctl.store import open_store
from linodctl.store.ledger import Ledger
from linodctl.store.lock import SiteLock


def test_a_start_that_was_held_back_has_its_end_when_the_file_can_be_written_at_the_last_moment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    site = SiteFolder(tmp_path, "procedures:\n  quick: {func: jobs.quick, every: 1 second}\n")
    for name, value in site.env.items():
        monkeypatch.setenv(name, value)
    asked, told = Site([str(site.config)], environ=site.env), list[events.Event]()
    is_full, left = False, 0
    save, close = Ledger.save, Executor.close

    def while_there_is_room(ledger: Ledger, *states: TaskState) -> None:
        nonlocal left
        if is_full or left:
            left -= not is_full
            raise StateError("the disk is full")
        save(ledger, *states)

    async def make_room_at_last(executor: Executor, why: str = "", at_once: bool = False) -> None:
        nonlocal is_full, left
        await close(executor, why, at_once)
        is_full, left = False, 1  # once more in vain

    async def until(happened: Callable[[events.Event], bool]) -> None:
        async with asyncio.timeout(PATIENCE):
            while not any(happened(event) for event in told):
                await asyncio.sleep(0.02)

    async def story() -> None:
        nonlocal is_full
        with SiteLock(asked.state) as lock, open_store(asked.state) as store:
            running = asyncio.ensure_future(session(asked.declaration, lock, store, SystemClock(), [told.append]))
            await until(lambda event: isinstance(event, events.RunEnded))
            is_full = True
            await until(lambda event: isinstance(event, events.Trouble))
            await asyncio.to_thread(ask, asked.state, "stop")
            await running
            held = store.run(2)
            assert held is not None
            assert held.outcome is Outcome.CANCELLED

    monkeypatch.setattr(Ledger, "save", while_there_is_room)
    monkeypatch.setattr(Executor, "close", make_room_at_last)
    asyncio.run(story())
