"""For tests, ours and yours: a clock that stands still until told to move, and a way to run a procedure in place.

```python
def test_import() -> None:
    ran = run_procedure(mysite.jobs.import_orders, since="2026-01-01")
    assert ran.outcome == "succeeded"
    assert ran.memory == {"cursor": 17}
    assert "17 orders" in ran.text
```
"""

from __future__ import annotations

import copy
import threading
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from linodctl.domain import LogLevel, Outcome
from linodctl.execution.capture import Capture
from linodctl.execution.job import Job
from linodctl.execution.perform import perform
from linodctl.execution.reports import LogLine
from linodctl.execution.settle import result_of
from linodctl.execution.threads import ThreadCancelled
from linodctl.values import Value, field

START = datetime(2026, 1, 1, tzinfo=UTC)


class FakeClock:
    """A `Clock` under the test's control."""

    def __init__(self, now: datetime = START) -> None:
        self._now = _aware(now)
        self._monotonic = 0.0
        self._asleep = 0.0

    def now(self) -> datetime:
        return self._now

    def monotonic(self) -> float:
        return self._monotonic

    def asleep(self) -> float:
        return self._asleep

    def advance(self, by: timedelta | float) -> datetime:
        """Let time pass (seconds, or a timedelta); the new instant."""
        by = by if isinstance(by, timedelta) else timedelta(seconds=by)
        if by < timedelta(0):
            raise ValueError("Time doesn't pass backwards; `set` turns the wall clock back.")
        self._now += by
        self._monotonic += by.total_seconds()
        return self._now

    def suspend(self, by: timedelta) -> datetime:
        """Send the machine to sleep: it wakes `by` later and has not noticed; the new instant."""
        self._now += by
        self._asleep += by.total_seconds()
        return self._now

    def set(self, now: datetime) -> None:
        """Turn the wall clock, as a person or NTP would: the monotonic time doesn't notice."""
        self._now = _aware(now)


class Ran(Value):
    """What became of a procedure."""

    outcome: Outcome
    reason: str | None
    error: str | None
    message: str | None
    """What it returned, as one line."""
    memory: dict[str, Any]
    """As it is kept for the next run."""
    log: list[LogLine]
    progress: list[tuple[float, float | None, str]]
    retry_wanted: bool = False
    retry_after: timedelta | None = None
    """None for the task's own pause."""

    @property
    def text(self) -> str:
        """What was logged and printed, line by line."""
        return "\n".join(line.text for line in self.log)


class Given(Value):
    """The circumstances of a run: `Given(attempt=2, memory={"cursor": 3}).run(procedure, key="value")`."""

    memory: Mapping[str, Any] = field(default_factory=dict)
    scheduled_for: datetime = START
    last_start_time: datetime | None = None
    last_success: datetime | None = None
    attempt: int = 1
    log_level: LogLevel = LogLevel.DEBUG
    cancelled: bool = False
    """Whether it is asked to stop from the start."""

    def run(self, procedure: Callable[..., Any] | str, /, **args: Any) -> Ran:
        """Run a procedure (or a dotted path) here and now, as a worker would; what it raises becomes the outcome."""
        kept = dict(copy.deepcopy(self.memory))
        job = Job(
            run_id=1,
            task=getattr(procedure, "__name__", str(procedure)),
            func=procedure if isinstance(procedure, str) else getattr(procedure, "__qualname__", repr(procedure)),
            args=args,
            level=self.log_level.number,
            attempt=self.attempt,
            scheduled_for=self.scheduled_for,
            last_start_time=self.last_start_time,
            last_success=self.last_success,
            memory=dict(copy.deepcopy(self.memory)),
        )
        notes = _Notes()
        asked = ThreadCancelled()
        if self.cancelled:
            asked.set()
        with Capture(notes, job.level) as capture:
            if isinstance(procedure, str):
                ending = perform(job, notes, asked, capture)
            else:
                ending = perform(job, notes, asked, capture, find=lambda path: procedure)
        result = result_of(ending, cpu_seconds=0.0)
        return Ran(
            outcome=result.outcome,
            reason=result.reason,
            error=result.error,
            message=result.message,
            memory=kept if result.memory is None else dict(result.memory),
            log=notes.log,
            progress=notes.steps,
            retry_wanted=result.retry_wanted,
            retry_after=result.retry_after,
        )


def run_procedure(procedure: Callable[..., Any] | str, /, **args: Any) -> Ran:
    """Run a procedure in this process with a context and these arguments, under ordinary circumstances."""
    return Given().run(procedure, **args)


class _Notes:
    """A sink that writes everything down."""

    def __init__(self) -> None:
        self.log: list[LogLine] = []
        self.steps: list[tuple[float, float | None, str]] = []
        self._lock = threading.Lock()

    def line(self, when: float, level: int, logger: str, text: str) -> None:
        with self._lock:
            self.log.append(LogLine(datetime.fromtimestamp(when, UTC), level, logger, text))

    def progress(self, done: float, total: float | None, text: str) -> None:
        with self._lock:
            self.steps.append((done, total, text))


def _aware(instant: datetime) -> datetime:
    if instant.tzinfo is None:
        raise ValueError("Instants are aware; give the datetime a tzinfo.")
    return instant.astimezone(UTC)
