"""A clock that is stepped back and forth by hours, and a machine that sleeps, under a real runner in this process."""

from __future__ import annotations

import asyncio
import logging
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sites import PATIENCE, SiteFolder

from linodctl import events
from linodctl.clock import SystemClock
from linodctl.domain import SkipRow
from linodctl.operations.site import Site
from linodctl.runner.calling import ask
from linodctl.runner.narrator import Narrator
from linodctl.runner.session import session
from linodctl.store import open_reader, open_store
from linodctl.store.lock import SiteLock

SECONDS_AND_HOURS = """
procedures:
  latest: {func: jobs.quick, every: 1 second}
  hourly: {func: jobs.quick, every: hour at :00}
"""
HOURS = timedelta(hours=3)


class SteppedClock(SystemClock):
    """The machine's clock, which somebody steps."""

    def __init__(self) -> None:
        self.step = timedelta(0)
        self.slept = 0.0

    def now(self) -> datetime:
        return datetime.now(UTC) + self.step

    def asleep(self) -> float:
        return self.slept


class Watched:
    """A runner in this process; what it tells is heard, and what is said of that in its log."""

    def __init__(self, site: SiteFolder, clock: SteppedClock) -> None:
        self.site = site
        self.clock = clock
        self.told: list[events.Event] = []
        self.said: list[str] = []
        self.least = logging.INFO

    def tell(self, level: int, text: str, event: str, facts: Mapping[str, object]) -> None:
        self.said.append(text)

    async def during(self, story: Callable[[Watched], Awaitable[None]]) -> None:
        asked = Site([str(self.site.config)], environ=self.site.env, clock=self.clock)
        heard = [self.told.append, Narrator(self)]
        with SiteLock(asked.state) as lock, open_store(asked.state) as store:
            work = session(asked.declaration, lock, store, self.clock, heard)
            running = asyncio.ensure_future(work)
            await story(self)
            await asyncio.to_thread(ask, asked.state, "stop")
            assert await running == 0

    async def until(self, happened: Callable[[], bool]) -> None:
        async with asyncio.timeout(PATIENCE):
            while not happened():
                await asyncio.sleep(0.02)

    async def set_clock(self, step: timedelta) -> None:
        """It is noticed at the runner's next look, in 15 s at the latest: here it is woken."""
        before = len(self.steps())
        self.clock.step = step
        await asyncio.to_thread(ask, self.site.state, "wake")
        await self.until(lambda: len(self.steps()) > before)

    def steps(self) -> list[events.ClockStepped]:
        return [event for event in self.told if isinstance(event, events.ClockStepped)]

    def starts(self) -> int:
        return len(self.site.lines("start"))


@pytest.fixture
def watched(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Watched:
    site = SiteFolder(tmp_path, SECONDS_AND_HOURS)
    for name, value in site.env.items():
        monkeypatch.setenv(name, value)
    return Watched(site, SteppedClock())


def test_steps_back_and_forth_by_hours_start_nothing_twice_and_are_told(watched: Watched) -> None:
    async def story(it: Watched) -> None:
        await it.until(lambda: it.starts() >= 1)
        await it.set_clock(-HOURS)
        await it.set_clock(timedelta(0))
        before = it.starts()
        await it.until(lambda: it.starts() > before)
        await it.set_clock(HOURS)
        before = it.starts()
        await it.until(lambda: it.starts() > before)

    asyncio.run(watched.during(story))
    assert [round(step.seconds / 3600) for step in watched.steps()] == [-3, 3, 3]
    assert not any(step.asleep for step in watched.steps())
    starts = Counter((task, slot) for _, task, slot, _ in watched.site.lines("start"))
    assert max(starts.values()) == 1
    hours = [slot for task, slot in starts if task == "hourly"]
    with open_reader(watched.site.state) as reader:
        skips: Counter[str] = Counter()
        for row in reader.history(outcomes=["skipped"]):
            assert isinstance(row, SkipRow)
            skips[row.task] += row.count
        assert reader.running() == []
    assert len(hours) == 1, "the last of the three hours that the step passed over"
    assert skips["hourly"] == 2
    assert skips["latest"] > 3 * 3600 - 60
    told = [text for text in watched.said if "clock was set" in text]
    assert len(told) == 3 and "back by 3h" in told[0] and "forward by 3h" in told[1]


def test_a_sleep_of_the_machine_is_not_called_a_step(watched: Watched) -> None:
    async def story(it: Watched) -> None:
        await it.until(lambda: it.starts() >= 1)
        it.clock.slept = HOURS.total_seconds()
        await it.set_clock(HOURS)
        before = it.starts()
        await it.until(lambda: it.starts() > before)

    asyncio.run(watched.during(story))
    (step,) = watched.steps()
    assert step.asleep
