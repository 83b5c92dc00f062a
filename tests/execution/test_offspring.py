"""What a run leaves behind: which processes end with it, wherever they fled, and which may go on."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import timedelta
from pathlib import Path

import pytest
from execution_bench import Bench, gone
from sites import is_gone

from linodctl.domain import Outcome
from linodctl.execution import offspring
from linodctl.identity import members_of_session

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="only Linux lets a process adopt orphans")


class Daemons:
    """A run of `leave_daemons` and what it left: one in a group of its own, one in a session, one without a parent."""

    def __init__(self, bench: Bench, then: str, **options: object) -> None:
        self.bench = bench
        self.run_id = bench.start("leave_daemons", args={"then": then}, **options)  # type: ignore[arg-type]
        self.pids = [int(word) for word in bench.line(self.run_id, "pids").split()]
        self._stack = ExitStack()
        self._watches = [self._stack.enter_context(gone(pid)) for pid in self.pids]

    def all_gone(self) -> bool:
        return all(it_is_gone() for it_is_gone in self._watches)

    def __enter__(self) -> Daemons:
        return self

    def __exit__(self, *_: object) -> None:
        offspring.send([pid for pid in self.pids if not is_gone(pid)], signal.SIGKILL)
        self._stack.close()


@pytest.fixture
def left(bench: Bench) -> Iterator[Callable[..., Daemons]]:
    with ExitStack() as stack:
        yield lambda then, **options: stack.enter_context(Daemons(bench, then, **options))


@pytest.mark.parametrize("then", ["wait", "sleep", "ignore"])
def test_nothing_is_left_of_a_run_that_was_stopped(bench: Bench, left: Callable[..., Daemons], then: str) -> None:
    daemons = left(then)
    bench.cancel(daemons.run_id)
    assert bench.end(daemons.run_id).outcome is Outcome.CANCELLED
    assert daemons.all_gone()


def test_nothing_is_left_though_the_worker_obeys_faster_than_its_zygote(
    bench: Bench, left: Callable[..., Daemons], tmp_path: Path
) -> None:
    other = bench.start("wait_for_file", args={"path": str(tmp_path / "go")}, task="other")
    daemons = left("wait")
    worker = bench.started(daemons.run_id).pid
    os.kill(bench.zygote_pid(), signal.SIGSTOP)
    bench.cancel(daemons.run_id)
    bench.do(_until(lambda: is_gone(worker)))
    os.kill(bench.zygote_pid(), signal.SIGCONT)
    assert bench.end(daemons.run_id).outcome is Outcome.CANCELLED
    assert daemons.all_gone()
    (tmp_path / "go").touch()
    assert bench.end(other).outcome is Outcome.SUCCEEDED, "the zygote hears of ends without an order after them"


async def _until(look: Callable[[], bool]) -> None:
    while not look():
        await asyncio.sleep(0.01)


def test_nothing_is_left_of_a_run_that_crashed(bench: Bench, left: Callable[..., Daemons]) -> None:
    daemons = left("crash")
    assert bench.end(daemons.run_id).signal == signal.SIGSEGV
    assert daemons.all_gone()


def test_daemons_outlive_a_run_that_ended_by_itself_and_its_session_does_not(
    bench: Bench, left: Callable[..., Daemons]
) -> None:
    daemons = left("return")
    assert bench.end(daemons.run_id).outcome is Outcome.SUCCEEDED
    assert bench.run("answer").message == "42"
    other = left("crash")
    assert bench.end(other.run_id).outcome is Outcome.FAILED
    assert other.all_gone()
    group, session, daemon = daemons.pids
    with gone(group) as group_is_gone:
        assert group_is_gone()
    assert not is_gone(session)
    assert not is_gone(daemon)


def test_the_end_of_another_run_touches_nobody(bench: Bench, left: Callable[..., Daemons]) -> None:
    daemons = left("wait")
    other = left("crash")
    bench.end(other.run_id)
    assert other.all_gone()
    assert not any(is_gone(pid) for pid in daemons.pids)
    bench.cancel(daemons.run_id)
    bench.end(daemons.run_id)


def test_the_zygote_keeps_no_zombies(bench: Bench, left: Callable[..., Daemons]) -> None:
    daemons = left("return")
    bench.end(daemons.run_id)
    offspring.send(daemons.pids, signal.SIGKILL)
    assert daemons.all_gone()
    bench.run("nothing")  # a child's death wakes the zygote; once this one's is told, those before it are buried
    bench.run("nothing")
    assert not offspring.children(bench.zygote_pid()) & set(daemons.pids)


def test_what_setup_started_is_left_alone(make_bench: Callable[..., Bench], tmp_path: Path) -> None:
    (tmp_path / "helped.py").write_text(
        "import subprocess\n"
        "def start():\n"
        "    global helpers\n"
        "    helpers = [subprocess.Popen(['sleep', '600'], start_new_session=own) for own in (True, False)]\n"
        "def pids():\n"
        "    print('pids', *[helper.pid for helper in helpers])\n"
        "    __import__('os').abort()\n"
    )
    bench = make_bench(setup="helped.start")
    run_id = bench.start("helped.pids")
    pids = [int(word) for word in bench.line(run_id, "pids").split()]
    bench.end(run_id)
    bench.run("nothing")
    assert not any(is_gone(pid) for pid in pids)
    offspring.send(pids, signal.SIGKILL)


def test_end_tree_reaches_who_is_born_meanwhile() -> None:
    parent = subprocess.Popen(["sh", "-c", "while :; do sleep 600 & done"], start_new_session=True)
    while len(offspring.descendants(parent.pid)) < 20:
        pass
    offspring.end_tree(parent.pid)
    assert parent.wait() == -signal.SIGKILL
    for pid in members_of_session(parent.pid, ""):
        with gone(pid) as it_is_gone:
            assert it_is_gone()


def test_a_stopped_process_is_woken_to_hear_of_its_end(bench: Bench) -> None:
    run_id = bench.start("stop_myself", grace=timedelta(seconds=20))
    bench.line(run_id, "stopping")
    bench.cancel(run_id)
    assert bench.end(run_id).signal == signal.SIGTERM
