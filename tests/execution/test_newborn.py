"""A zygote's process may be started ahead: it becomes the zygote of its site, and of no other."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest
from execution_bench import Bench

from linodctl.domain import Outcome
from linodctl.execution.executor import Executor
from linodctl.execution.newborn import Newborn, newborn


def opened(bench: Bench, ready: Newborn) -> Bench:
    bench.executor = Executor(bench.site, bench._take, newborn=ready)
    return bench.open()


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    """Not opened yet."""
    bench = Bench(tmp_path, env={"MODE": "ahead"})
    yield bench
    bench.close()


def test_it_becomes_the_zygote(bench: Bench) -> None:
    with newborn(bench.site.folder, bench.site.env) as ready:
        assert ready is not None
        opened(bench, ready)
        assert bench.executor._keeper.link.pid == ready.process.pid  # type: ignore[union-attr]
    assert (
        bench.run("os.getenv", args={"key": "MODE"}).outcome is Outcome.SUCCEEDED
    )  # and leaving the block ends nothing


def test_one_of_another_environment_is_ended_and_not_used(bench: Bench) -> None:
    ready = Newborn(bench.site.folder, {})
    opened(bench, ready)
    assert ready.process.returncode == -signal.SIGKILL
    assert bench.executor._keeper.link.pid != ready.process.pid  # type: ignore[union-attr]


def test_one_that_was_killed_is_replaced(bench: Bench) -> None:
    ready = Newborn(bench.site.folder, bench.site.env)
    os.kill(ready.process.pid, signal.SIGKILL)
    opened(bench, ready)
    assert bench.run("os.getpid").outcome is Outcome.SUCCEEDED


def test_it_ends_with_its_block_when_nobody_takes_it(tmp_path: Path) -> None:
    with newborn(tmp_path, {}) as ready:
        assert ready is not None and ready.process.poll() is None
    assert ready.process.returncode == -signal.SIGKILL


def test_it_ends_by_itself_when_the_runner_is_gone(tmp_path: Path) -> None:
    ready = Newborn(tmp_path, {})
    ready.control.close()
    assert ready.process.wait(20) == 0


def test_where_none_can_be_had_the_executor_will_tell(tmp_path: Path) -> None:
    with newborn(tmp_path / "gone", {}) as ready:
        assert ready is None
