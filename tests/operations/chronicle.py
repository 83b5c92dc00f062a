"""A site whose runner works on a clock of the test's own: real config, real books, a real state file, no processes."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from linodctl.domain import Outcome, Result
from linodctl.execution.reports import Ended
from linodctl.operations.explain import Answer, explain
from linodctl.operations.site import Site
from linodctl.planning import Scheduler
from linodctl.runner.batch import HEARD
from linodctl.runner.books import Books
from linodctl.runner.inbox import Inbox
from linodctl.runner.recovery import look_back
from linodctl.runner.wishes import Wishes
from linodctl.store import open_store
from linodctl.store.lock import SiteLock
from linodctl.testing import FakeClock

ZONE = ZoneInfo("Europe/Tallinn")


def moment(text: str) -> datetime:
    """`12:00:10` on Monday 2 March 2026 in Tallinn (UTC+2), or `3d 12:00:10` three days later."""
    days, _, time = text.rpartition("d ")
    hours, minutes, seconds = (float(part) for part in (time + ":00").split(":")[:3])
    midnight = datetime(2026, 3, 2, tzinfo=ZONE) + timedelta(days=int(days or 0))
    return midnight + timedelta(hours=hours, minutes=minutes, seconds=seconds)


class Chronicle:
    """Lets a site live from wake-up to wake-up; runs end when the test says so."""

    def __init__(self, folder: Path, config: str, now: str = "12:00:00") -> None:
        self.folder = folder
        self.clock = FakeClock(moment(now))
        self.rewrite(config)
        self.store, self.people = open_store(self.site.state), open_store(self.site.state)
        """The runner's own; and what people's commands wish by."""
        self._lock = SiteLock(self.site.state)
        self._live: dict[str, list[int]] = {}
        self._runner: int | None = None

    def rewrite(self, config: str) -> None:
        """Write the config anew; the runner goes on with the old one."""
        path = self.folder / "linodctl.yaml"
        path.write_text(f"timezone: Europe/Tallinn\n{config}")
        self.site = Site([str(path)], environ={"HOME": str(self.folder)}, clock=self.clock)

    def close(self) -> None:
        self._lock.release()
        self.store.close()
        self.people.close()

    # --- the runner -----------------------------------------------------------------------------

    def start(self, at: str | None = None) -> None:
        """A runner comes to be, as `runner.startup` makes one."""
        self._go(at)
        now, loaded, legacy = self.clock.now(), self.site.loaded, look_back(self.store)
        self._lock.acquire()
        self._inbox, wishes = Inbox(), Wishes(self.store.note(HEARD) or 0)
        scheduler = Scheduler(
            loaded.tasks,
            wishes.before(self.store.states(), self.store),
            max_parallel=loaded.max_parallel,
            limits=loaded.limits,
            now=now,
            absence=legacy.absence_until(now),
        )
        scheduler.startup(now)
        self.books = Books(self.store, scheduler, wishes, self._inbox, "host")
        self.books.close_lost(legacy.open_runs, now)
        self._runner = self.store.runner_started(site=loaded.site, version="1", at=now)
        self._tick()

    def stop(self, at: str) -> None:
        """The runner ends in order."""
        self.until(at)
        assert self._runner is not None
        self.store.runner_stopped(self._runner, self.clock.now())
        self._lock.release()

    def crash(self, at: str) -> None:
        """The runner is killed right after a sign of life."""
        self.until(at)
        assert self._runner is not None
        self.store.heartbeat(self._runner, self.clock.now())
        self._lock.release()
        self._live.clear()

    # --- time and runs --------------------------------------------------------------------------

    def until(self, at: str) -> None:
        """Live on to that time, from wake-up to wake-up."""
        end = moment(at)
        self._tick()
        while (wakeup := self.books.scheduler.next_wakeup()) is not None and wakeup <= end:
            self.clock.set(max(wakeup, self.clock.now()))
            self._tick()
        self.clock.set(end)
        self._tick()

    def sleep(self, at: str) -> None:
        """The machine is suspended and wakes at that time."""
        self._go(at)
        self._tick()

    def end(self, task: str, at: str, outcome: str = "succeeded", **more: Any) -> None:
        """The oldest run of the task ends then."""
        self.until(at)
        self._inbox.reports.append(Ended(self._live[task].pop(0), Result(Outcome(outcome), **more)))
        self._tick()

    def _tick(self) -> None:
        for run_id, start in self.books.tick(self.clock.now()).starts:
            self._live.setdefault(start.task.name, []).append(run_id)

    def _go(self, at: str | None) -> None:
        if at is not None:
            self.clock.set(moment(at))

    # --- questions ------------------------------------------------------------------------------

    def explain(self, task: str, at: str | None = None) -> Answer:
        return explain(self.site, task, moment(at) if at else None)

    def text(self, task: str, at: str | None = None) -> str:
        """The text without the date, and without the offset that all times here have."""
        return self.explain(task, at).text.replace("2026-03-02 ", "").replace("+02:00", "")

    def told(self, task: str, at: str | None = None) -> tuple[str, str, str | None, int | None]:
        """Verdict, reason, slot (its time of day) and run."""
        answer = self.explain(task, at)
        slot = answer.slot.astimezone(ZONE).strftime("%H:%M:%S") if answer.slot else None
        return answer.verdict.value, answer.reason, slot, answer.run_id
