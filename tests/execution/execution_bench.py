"""A bench for this room's tests: an executor on a loop of its own, with plain calls that wait for named events."""

from __future__ import annotations

import asyncio
import itertools
import os
import select
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, TypeVar

from linodctl.domain import Launch, LogLevel, Outcome, Result
from linodctl.execution.executor import Executor
from linodctl.execution.orders import ExecutionSite, Order
from linodctl.execution.reports import Ended, Logged, LogLine, Report, Started

SITE_CODE = Path(__file__).parent / "site_code"
SLOT = datetime(2026, 3, 1, 12, tzinfo=UTC)
PATIENCE = 20.0

T = TypeVar("T")


class Bench:
    """Every method runs the loop until what it waits for has been reported."""

    def __init__(self, folder: Path, **site: Any) -> None:
        options: dict[str, Any] = {
            "pythonpath": (folder, SITE_CODE),
            "notice": timedelta(seconds=0.1),
            "orphan_grace": timedelta(seconds=0.2),
        }
        self.site = ExecutionSite(folder, **{**options, **site})
        self.reports: list[Report] = []
        self._runner = asyncio.Runner()
        self._news = asyncio.Event()
        self._closed = False
        self._ids = itertools.count(1)
        self.executor = Executor(self.site, self._take)

    def open(self) -> Bench:
        self.do(self.executor.open())
        return self

    def close(self) -> None:
        if not self._closed:
            self._closed = True
            try:
                self.do(self.executor.close(at_once=True))
            finally:
                self._runner.close()

    def do(self, work: Any) -> Any:
        """Await something."""

        async def patiently() -> Any:
            return await asyncio.wait_for(work, PATIENCE)

        return self._runner.run(patiently())

    def start(self, func: str, **options: Any) -> int:
        """Order a run without waiting for anything; its id. For the options see `order`."""

        async def now() -> int:
            return self.order(func, **options)

        return int(self.do(now()))

    def order(
        self,
        func: str,
        *,
        args: Mapping[str, Any] | None = None,
        task: str = "a_task",
        log_level: LogLevel = LogLevel.INFO,
        order: Mapping[str, Any] | None = None,
        **launch: Any,
    ) -> int:
        """Order a run, from within the loop."""
        run_id = next(self._ids)
        options: dict[str, Any] = {"timeout": timedelta(seconds=60), "grace": timedelta(seconds=0.2), **launch}
        what = Launch(func if "." in func else f"jobs.{func}", args=args or {}, **options)
        self.executor.start(Order(run_id, task, what, SLOT, log_level, **(order or {})))
        return run_id

    def run(self, func: str, **options: Any) -> Result:
        """Carry out a run."""
        return self.end(self.start(func, **options))

    def cancel(self, run_id: int, why: str = "by a test", outcome: Outcome = Outcome.CANCELLED) -> bool:
        async def now() -> bool:
            return self.executor.cancel(run_id, why, outcome)

        return bool(self.do(now()))

    def end(self, run_id: int) -> Result:
        """Wait for the end of a run."""
        return self.until(lambda: next((r.result for r in self.of(run_id) if isinstance(r, Ended)), None))

    def started(self, run_id: int) -> Started:
        return self.until(lambda: next((r for r in self.of(run_id) if isinstance(r, Started)), None))

    def line(self, run_id: int, start: str) -> str:
        """Wait for a log line that begins so; what follows in it."""
        texts = self.until(lambda: [text for text in self.texts(run_id) if text.startswith(start)])
        return texts[0].removeprefix(start).strip()

    def until(self, look: Callable[[], T | None]) -> T:
        """Run the loop until `look` finds something."""

        async def wait() -> T:
            while not (found := look()):
                self._news.clear()
                await self._news.wait()
            return found

        return self.do(wait())  # type: ignore[no-any-return]

    def zygote_pid(self) -> int:
        link = self.executor._keeper.link
        assert link is not None
        return link.pid

    def wait_for_ever(self) -> None:
        self._runner.run(asyncio.Event().wait())

    def of(self, run_id: int) -> list[Report]:
        return [report for report in self.reports if getattr(report, "run_id", None) == run_id]

    def log(self, run_id: int) -> list[LogLine]:
        return [line for r in self.of(run_id) if isinstance(r, Logged) for line in r.records]

    def texts(self, run_id: int) -> list[str]:
        return [line.text for line in self.log(run_id)]

    def _take(self, report: Report) -> None:
        self.reports.append(report)
        self._news.set()


class gone:  # reads as a question
    """Watches a process: `with gone(pid) as is_gone: …; assert is_gone()` waits until it has ended."""

    def __init__(self, pid: int) -> None:
        try:
            self.pidfd = os.pidfd_open(pid)
        except ProcessLookupError:
            self.pidfd = -1

    def __enter__(self) -> gone:
        return self

    def __call__(self) -> bool:
        if self.pidfd < 0:
            return True
        poll = select.poll()
        poll.register(self.pidfd, select.POLLIN)
        return bool(poll.poll(PATIENCE * 1000))

    def __exit__(self, *_: object) -> None:
        if self.pidfd >= 0:
            os.close(self.pidfd)
