"""A site with a past to look at, and a view of it that is driven by keys."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TypeVar

from sites import PATIENCE
from textual import events
from textual.pilot import Pilot

from linodctl.domain import LogLevel, Result, TaskState, Trigger
from linodctl.operations.site import Site
from linodctl.planning.decisions import Start
from linodctl.store.rows import LogRow
from linodctl.store.store import Store
from linodctl.top.app import TopApp
from linodctl.top.lines import Lines, Page
from linodctl.top.table_screen import TableScreen
from linodctl.values import replace

T = TypeVar("T")
NOW = datetime(2026, 3, 2, 10, 0, tzinfo=UTC)
"""A Monday."""


def ago(seconds: float) -> datetime:
    return NOW - timedelta(seconds=seconds)


def start(site: Site, store: Store, task: str, seconds_ago: float) -> int:
    """A run that began so long ago, as a runner records it."""
    found = site.by_name[task]
    begin = ago(seconds_ago)
    with store.transaction() as ledger:
        run_id = ledger.start(Start(1, found, Trigger.SCHEDULE, begin, begin, slot=begin), "here", LogLevel.INFO)
        ledger.save(TaskState(task, begin, begin, begin, last_slot=begin, last_start_time=begin))
    return run_id


def end(site: Site, store: Store, task: str, run_id: int, seconds_ago: float, result: Result) -> None:
    with store.transaction() as ledger:
        state = ledger.states([task])[task]
        ledger.end(run_id, result, ago(seconds_ago))
        ledger.save(replace(state, last_end_time=ago(seconds_ago), last_outcome=result.outcome))


def log(store: Store, run_id: int, *texts: str, level: int = 20) -> None:
    with store.transaction() as ledger:
        ledger.log(run_id, [LogRow(0, run_id, "", NOW, level, "jobs", text) for text in texts])


@dataclass
class View:
    """The application, and a person who presses keys and waits for what they promise."""

    app: TopApp
    pilot: Pilot[int]

    async def press(self, *keys: str) -> None:
        await self.pilot.press(*keys)

    def type(self, *keys: str) -> None:
        """Faster than anything can be done about one key before the next is there."""
        for key in keys:
            character = key if len(key) == 1 else {"slash": "/", "enter": "\r"}[key]
            self.app.post_message(events.Key(key, character))

    async def until(self, happened: Callable[[], T], what: str) -> T:
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline:
            result = happened()
            if result:
                return result
            await self.pilot.pause(0.02)
        raise AssertionError(f"waited {PATIENCE:.0f} s in vain: {what}\n{self.said}\n{self.head}")

    async def until_said(self, words: str) -> str:
        """Wait for an answer in the line above the keys."""
        return await self.until(lambda: words in self.said and self.said, f"it says {words!r}")

    async def until_shown(self, task: str, words: str) -> str:
        """Wait until the task's row says so."""
        return await self.until(lambda: words in self.row(task) and self.row(task), f"{task}: {words!r}")

    @property
    def table(self) -> TableScreen:
        return next(screen for screen in self.app.screen_stack if isinstance(screen, TableScreen))

    def row(self, task: str) -> str:
        return self.table.table.row_text(task) if task in self.table.table.names else ""

    def lines(self, which: str) -> str:
        found = self.app.screen.query(f"#{which}").results(Lines)
        return next((lines.text for lines in found), "")  # none while the screen is being made

    @property
    def said(self) -> str:
        return self.lines("said")

    @property
    def head(self) -> str:
        return self.lines("head")

    @property
    def page(self) -> str:
        return next((page.text for page in self.app.screen.query(Page)), "")


@asynccontextmanager
async def view(site: Site, size: tuple[int, int] = (120, 40)) -> AsyncIterator[View]:
    """The view, once it shows the site."""
    app = TopApp(site, lambda words: f"linodctl {words}", color=True)
    async with app.run_test(size=size) as pilot:
        seen = View(app, pilot)
        await seen.until(lambda: app.glance is not None and seen.head, "the site is shown")
        yield seen
