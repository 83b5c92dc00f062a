"""Workers forked ahead: they serve what fresh ones serve, no less fresh, and nobody hears of those not needed."""

from __future__ import annotations

import asyncio
import errno
import itertools
import os
import signal
from collections.abc import Callable
from pathlib import Path

import pytest
from execution_bench import Bench, gone

from linodctl.clock import Clock
from linodctl.domain import Launch, Outcome
from linodctl.execution import spares
from linodctl.execution.executor import MOST_EXPECTED
from linodctl.execution.link import ZygoteLink
from linodctl.execution.offspring import children
from linodctl.execution.worker_process import WorkerProcess


def get_ready(bench: Bench, count: int, **launch: object) -> list[int]:
    """Have workers forked, and wait until each of them waits for its order; their pids."""

    async def now() -> None:
        bench.executor._spares.dismiss_all()  # what an earlier test left
        bench.executor.get_ready([Launch("jobs.nothing", **launch)] * count)  # type: ignore[arg-type]

    bench.do(now())
    spares = bench.executor._spares
    bench.do(_until(lambda: len(spares) == spares.wanted and all(spare.worker.pid for spare in spares._spares)))
    return [spare.worker.pid or 0 for spare in spares._spares]


async def _until(look: Callable[[], bool]) -> None:
    while not look():
        await asyncio.sleep(0.01)


def test_a_run_takes_the_worker_that_waits_longest(bench: Bench) -> None:
    waiting = get_ready(bench, 2)
    run_ids = [bench.start("answer") for _ in range(3)]
    assert [bench.end(run_id).outcome for run_id in run_ids] == [Outcome.SUCCEEDED] * 3
    pids = [bench.started(run_id).pid for run_id in run_ids]
    assert pids[:2] == waiting
    assert pids[2] not in waiting


def test_few_are_made_at_a_time(bench: Bench) -> None:
    async def now() -> tuple[int, int]:
        bench.executor._spares.dismiss_all()
        bench.executor.get_ready([Launch("jobs.nothing")] * (spares.AT_ONCE + 3))
        first = len(bench.executor._spares)
        await _until(lambda: all(spare.is_ready for spare in bench.executor._spares._spares))
        return first, len(bench.executor._spares)

    assert bench.do(now()) == (spares.AT_ONCE, spares.AT_ONCE + 3)


def test_one_run_each(bench: Bench) -> None:
    [pid] = get_ready(bench, 1)
    first, second = bench.start("nothing"), bench.start("nothing")
    bench.end(first), bench.end(second)
    assert bench.started(first).pid == pid != bench.started(second).pid


def test_it_gets_what_the_task_declares_only_with_the_order(bench: Bench, tmp_path: Path) -> None:
    get_ready(bench, 1)
    result = bench.run("surroundings", env={"COLOR": "blue"}, cwd=str(tmp_path), nice=7)
    assert (result.message or "").startswith(f"{tmp_path} blue 7 ")


def test_code_that_came_after_the_fork_is_run(make_bench: Callable[..., Bench], tmp_path: Path) -> None:
    (tmp_path / "young.py").write_text("def job():\n    return 'old'\n")
    bench = make_bench()
    [pid] = get_ready(bench, 1)
    (tmp_path / "young.py").write_text("def job():\n    return 'newer'\n")
    run_id = bench.start("young.job")
    assert bench.end(run_id).message == "newer"
    assert bench.started(run_id).pid == pid


def test_modules_that_came_into_old_folders_are_found(make_bench: Callable[..., Bench], tmp_path: Path) -> None:
    def deploy(folder: str, module: str) -> None:
        (tmp_path / folder).mkdir()
        (tmp_path / folder / f"{module}.py").write_text("def job():\n    return __name__\n")
        os.utime(tmp_path / folder, (1, 1))  # as a package manager may leave all folders

    deploy("plain", "first"), deploy("one", "before"), deploy("two", "after")
    current = tmp_path / "current"
    current.symlink_to("one")
    bench = make_bench(pythonpath=(tmp_path / "plain", current))
    assert [bench.run(f"{name}.job").message for name in ("first", "before")] == ["first", "before"]
    (tmp_path / "plain" / "second.py").write_text("def job():\n    return __name__\n")
    current.unlink()
    current.symlink_to("two")
    assert [bench.run(f"{name}.job").message for name in ("second", "after")] == ["second", "after"]


def test_one_that_was_killed_costs_no_run(bench: Bench) -> None:
    [pid] = get_ready(bench, 1)
    os.kill(pid, signal.SIGKILL)
    run_id = bench.start("answer")
    assert bench.end(run_id).outcome is Outcome.SUCCEEDED
    assert bench.started(run_id).pid != pid


def test_setup_may_hold_more_descriptors_than_select_can_watch(
    make_bench: Callable[..., Bench], tmp_path: Path
) -> None:
    (tmp_path / "hoarder.py").write_text("import os\ndef start():\n    [os.dup(0) for _ in range(1100)]\n")
    result = make_bench(setup="hoarder.start").run("answer")
    assert result.outcome is Outcome.SUCCEEDED, result


def test_neither_threads_nor_reused_workers_are_forked_ahead(bench: Bench) -> None:
    assert get_ready(bench, 3, reuse=5) == []


def test_on_a_caller_s_word_only_a_few_are_forked_ahead(bench: Bench) -> None:
    async def expect(fresh: int) -> int:
        bench.executor.expect(fresh)
        return bench.executor._spares.wanted

    bench.do(bench.executor.replace())
    assert [bench.do(expect(fresh)) for fresh in (-1, 0, 1, 1, 10**9)] == [0, 0, 1, 2, MOST_EXPECTED]


def test_those_that_nobody_needed_go(bench: Bench) -> None:
    pids = get_ready(bench, 3)
    bench.do(bench.executor.replace())
    assert all(gone(pid) for pid in pids)
    assert not children(bench.zygote_pid())


def test_those_that_could_be_had_go_too_when_further_ones_could_not(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(spares, "LAST", 0.05)
    fork, calls = ZygoteLink.fork, itertools.count()

    def few(link: ZygoteLink, clock: Clock) -> WorkerProcess:
        if next(calls):
            raise OSError(errno.EMFILE, "Too many open files")
        return fork(link, clock)

    monkeypatch.setattr(ZygoteLink, "fork", few)
    get_ready(bench, 2)
    bench.do(_until(lambda: not bench.executor._spares))
