"""Whatever a worker writes into its channel, the runner's end reads on, and what it believes is of the right kinds."""

from __future__ import annotations

import asyncio
import json
import math
import os
from types import SimpleNamespace
from typing import Any

from examples import examples
from hypothesis import example, given
from hypothesis import strategies as st

from linodctl.domain import Launch, LogLevel, Outcome, Result
from linodctl.execution.deadlines import Deadlines
from linodctl.execution.flight import Flight
from linodctl.execution.orders import Order
from linodctl.execution.process_run import ProcessRun
from linodctl.execution.reports import Logged, Progressed
from linodctl.execution.settle import Exit
from linodctl.execution.wire import pack
from linodctl.execution.worker_process import WorkerProcess, new_ends
from linodctl.testing import START, FakeClock

values = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=8), st.just(START.timestamp())),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(st.text(max_size=5), inner, max_size=3)),
    max_leaves=6,
)
FIELDS = [
    "outcome",
    "reason",
    "error",
    "message",
    "memory",
    "retry_wanted",
    "retry_after",
    "cpu_seconds",
    "max_rss",
    "last",
]
endings = st.dictionaries(st.sampled_from(FIELDS), st.one_of(values, st.sampled_from([str(word) for word in Outcome])))
frames = st.one_of(
    values,
    st.tuples(st.just("log"), values, values, values, values).map(list),
    st.tuples(st.just("progress"), values, values, values).map(list),
    st.tuples(st.just("end"), endings).map(list),
    st.just(["begin"]),
)
lines = st.one_of(
    frames.map(json.dumps).map(str.encode), st.binary(max_size=60).map(lambda raw: raw.replace(b"\n", b""))
)
GOOD = pack(["log", START.timestamp(), 30, "x", "still heard"])


class Listener:
    """A run's ears, without the run: what `ProcessRun.heard` believes."""

    _unborn = True
    worker = SimpleNamespace(pid=1, pid_started="1")

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self.reports: list[Any] = []
        order = Order(1, "a", Launch("a.b"), START, LogLevel.DEBUG)
        deadlines = Deadlines(loop, lambda run_id: None)
        self.flight = Flight(order, 1_000_000, self.reports.append, deadlines, loop, FakeClock())
        self._account: Result | None = None

    def forked(self, pid: int, pid_started: str) -> None: ...

    def log(self, lines: list[Any]) -> None:
        self.flight.log(lines)

    def heard(self, frame: list[Any]) -> None:
        ProcessRun.heard(self, frame)  # type: ignore[arg-type]  # it has all that is asked of it

    def _worker_would_go_on(self) -> None: ...

    def gone(self, end: Exit, lost: str | None) -> None: ...


def hear(sent: list[bytes]) -> Listener:
    async def main() -> Listener:
        loop = asyncio.get_running_loop()
        ours, (channel, reports, output) = new_ends()
        worker = WorkerProcess(loop, FakeClock(), 1, ours)
        listener = worker.listener = Listener(loop)
        worker.forked(77, "1")
        with open(reports, "wb") as theirs:
            theirs.write(b"\n".join([*sent, GOOD]))
        os.close(channel)
        os.close(output)
        worker.gone(Exit(0))
        return listener

    return asyncio.run(main())


@examples(200)
@example(sent=[b'["progress", NaN, Infinity, ""]', b'["progress", 1e999, null, ""]'])
@example(sent=[b'["log", 1e300, 20, "x", "y"]', b'["log", 0, NaN, "x", "y"]'])
@example(sent=[b'["end", {"outcome": "succeeded", "retry_after": NaN}]', b"[" * 3000, b"1" * 5000])
@given(st.lists(lines, max_size=5))
def test_any_lines(sent: list[bytes]) -> None:
    listener = hear(sent)
    logged = [line for report in listener.reports if isinstance(report, Logged) for line in report.records]
    assert "still heard" in [line.text for line in logged]
    for line in logged:
        assert line.time.tzinfo is not None and isinstance(line.level, int)
        assert isinstance(line.logger, str) and isinstance(line.text, str)
    for report in listener.reports:
        if isinstance(report, Progressed):
            assert math.isfinite(report.done) and (report.total is None or math.isfinite(report.total))
    if listener._account is not None:
        assert isinstance(listener._account.outcome, Outcome)
        assert isinstance(listener._account.memory, dict | None)
