"""What happens when zygote or runner are killed under their runs."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from execution_bench import SITE_CODE, Bench, gone

import linodctl
from linodctl.domain import Outcome
from linodctl.execution import keeper
from linodctl.execution.executor import SetupFailed
from linodctl.execution.processes import end_group
from linodctl.execution.reports import ZygoteDied
from linodctl.identity import process_started
from linodctl.values import replace


def test_a_killed_zygote_loses_its_runs_and_is_followed_by_another(make_bench: Callable[..., Bench]) -> None:
    bench = make_bench()
    first, second = bench.start("with_grandchild"), bench.start("sleep")
    grandchild = int(bench.line(first, "grandchild"))
    bench.line(first, "ready")
    bench.line(second, "sleeping")
    with gone(grandchild) as grandchild_is_gone, gone(bench.started(second).pid) as worker_is_gone:
        os.kill(bench.zygote_pid(), signal.SIGKILL)
        for run_id in (first, second):
            result = bench.end(run_id)
            assert (result.outcome, result.reason) == (Outcome.LOST, "the zygote was killed by SIGKILL")
        assert grandchild_is_gone()
        assert worker_is_gone()
    died = bench.until(lambda: next((r for r in bench.reports if isinstance(r, ZygoteDied)), None))
    assert set(died.run_ids) == {first, second}
    assert bench.run("answer").message == "42"


def test_a_run_ordered_while_there_is_no_zygote_waits_for_one(make_bench: Callable[..., Bench]) -> None:
    bench = make_bench()
    with gone(bench.zygote_pid()) as is_gone:
        os.kill(bench.zygote_pid(), signal.SIGKILL)
        assert is_gone()
    assert bench.run("answer").outcome in (Outcome.SUCCEEDED, Outcome.LOST)  # lost if the loop hadn't heard of it yet
    assert bench.run("answer").message == "42"


def test_ctrl_c_and_term_do_not_reach_the_zygote(make_bench: Callable[..., Bench]) -> None:
    bench = make_bench()
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        os.kill(bench.zygote_pid(), number)
    zygote = bench.zygote_pid()
    assert bench.run("answer").message == "42"
    assert bench.zygote_pid() == zygote


def runner_process(folder: Path, *arguments: str) -> subprocess.Popen[str]:
    """A runner to be killed."""
    paths = [Path(linodctl.__file__).parents[1], SITE_CODE.parent, *sys.path]
    return subprocess.Popen(
        [sys.executable, str(SITE_CODE / "runner_to_be_killed.py"), *arguments],
        env={**os.environ, "PYTHONPATH": os.pathsep.join(map(str, paths))},
        cwd=folder,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def start_runner(folder: Path, *arguments: str) -> tuple[subprocess.Popen[str], list[int]]:
    """A runner and the pids of its workers and their grandchildren, its zygote's last."""
    runner = runner_process(folder, *arguments)
    assert runner.stdout is not None
    lines = [func for func in (*arguments, "zygote") if not func.startswith("--")]
    return runner, [int(pid) for _ in lines for pid in runner.stdout.readline().split()[1:]]


def test_a_killed_runner_leaves_nothing_behind(tmp_path: Path) -> None:
    runner, pids = start_runner(tmp_path, "with_grandchild", "ignore_term", "wait_politely", "sleep_with_daemons")
    assert len(pids) == 9
    watches = [gone(pid) for pid in pids]
    with runner:
        runner.kill()
    for watch in watches:
        with watch as is_gone:
            assert is_gone()


def test_the_zygote_of_a_killed_runner_does_not_wait_for_workers_that_have_ended(tmp_path: Path) -> None:
    """They end at the same moment, and the first one's end finds out that nobody listens."""
    runner, [*workers, zygote] = start_runner(tmp_path, "--orphan-grace=600", "sleep", "ignore_term")
    os.kill(zygote, signal.SIGSTOP)
    with gone(zygote) as zygote_is_gone, runner:
        for pid in workers:
            with gone(pid) as is_gone:
                os.kill(pid, signal.SIGKILL)
                assert is_gone()
        runner.kill()
        runner.wait()
        os.kill(zygote, signal.SIGCONT)
        assert zygote_is_gone()


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells a child that its parent died")
def test_workers_die_even_when_zygote_and_runner_are_killed_together(tmp_path: Path) -> None:
    runner, [worker, zygote] = start_runner(tmp_path, "ignore_term")
    with gone(worker) as is_gone, runner:
        runner.send_signal(signal.SIGSTOP)
        os.kill(zygote, signal.SIGKILL)
        assert is_gone()
        runner.kill()


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells a child that its parent died")
def test_a_zygote_whose_setup_hangs_dies_with_the_runner(tmp_path: Path) -> None:
    (tmp_path / "hangs.py").write_text("import os, time\nprint(os.getpid(), flush=True)\ntime.sleep(600)\n")
    runner = runner_process(tmp_path, "--preload=hangs")
    assert runner.stderr is not None
    with runner, gone(int(runner.stderr.readline())) as is_gone:
        runner.kill()
        assert is_gone()


def test_a_zygote_that_can_not_be_started_again_costs_no_more_than_the_runs_that_wait(
    make_bench: Callable[..., Bench], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(keeper, "PAUSES", (0.0, 0.05))
    setup = tmp_path / "fragile.py"
    setup.write_text("def start(): pass\n")
    bench = make_bench(setup="fragile.start")
    setup.write_text("def start(): raise OSError('no database')\n")
    os.kill(bench.zygote_pid(), signal.SIGKILL)
    bench.until(lambda: any(isinstance(r, ZygoteDied) for r in bench.reports))
    result = bench.run("answer")
    assert result.outcome is Outcome.LOST
    assert result.reason == "no worker could be started: setup: fragile.start: OSError: no database"
    setup.write_text("def start(): ready = True\n")
    while (result := bench.run("answer")).outcome is Outcome.LOST:
        pass
    assert result.message == "42"


def test_a_reload_mends_what_restarts_can_not(
    make_bench: Callable[..., Bench], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(keeper, "PAUSES", (0.0, 600.0))
    (tmp_path / "lost_setup.py").write_text("def start(): pass\n")
    bench = make_bench(setup="lost_setup.start")
    (tmp_path / "lost_setup.py").write_text("def begin(): return None\n")  # of another length, or its .pyc counts
    os.kill(bench.zygote_pid(), signal.SIGKILL)
    bench.until(lambda: any(isinstance(r, ZygoteDied) for r in bench.reports))
    assert bench.run("answer").outcome is Outcome.LOST
    bench.do(bench.executor.replace(replace(bench.site, setup="lost_setup.begin")))
    assert bench.run("answer").message == "42"


def test_setup_that_fails_says_why(make_bench: Callable[..., Bench], tmp_path: Path) -> None:
    (tmp_path / "broken.py").write_text("def start(): {}['no']\nimport nowhere_at_all\n")
    with pytest.raises(SetupFailed, match=r"setup: 'broken\.start': .*'nowhere_at_all'") as caught:
        make_bench(setup="broken.start")
    assert "Traceback" in (caught.value.detail or "")
    (tmp_path / "broken.py").write_text("def start(): {}['no']\n")
    with pytest.raises(SetupFailed, match=r"setup: broken\.start: KeyError: 'no'") as caught:
        make_bench(setup="broken.start")
    assert "in start" in (caught.value.detail or "")
    with pytest.raises(SetupFailed, match="preload: there is no module 'nowhere'"):
        make_bench(preload=("nowhere",))
    (tmp_path / "suicide.py").write_text("import os; os._exit(3)")
    with pytest.raises(SetupFailed, match="The zygote exited with code 3 while"):
        make_bench(preload=("suicide",))


def test_a_zygote_killed_while_it_loads_the_code_is_started_again(
    make_bench: Callable[..., Bench], tmp_path: Path
) -> None:
    (tmp_path / "victim.py").write_text(
        "import os, pathlib\n"
        "def start():\n"
        "    lives = pathlib.Path('lives')\n"
        "    lives.write_text(str(int(lives.read_text()) - 1))\n"
        "    if lives.read_text() != '0': os.kill(os.getpid(), 9)\n"
    )
    (tmp_path / "lives").write_text("2")
    assert make_bench(setup="victim.start").run("answer").message == "42"
    (tmp_path / "lives").write_text("99")
    with pytest.raises(SetupFailed, match="The zygote was killed by SIGKILL while"):
        make_bench(setup="victim.start")


def test_a_changed_file_makes_the_zygote_stale_and_replacing_keeps_its_runs(
    make_bench: Callable[..., Bench], tmp_path: Path
) -> None:
    (tmp_path / "loaded.py").write_text("version = 1\ndef get(): return version\n")
    bench = make_bench(preload=("loaded",))
    old = bench.zygote_pid()
    assert not bench.executor.stale()
    assert bench.run("loaded.get").message == "1"
    running = bench.start("wait_politely")
    bench.line(running, "waiting")
    (tmp_path / "loaded.py").write_text("version = 'two'\ndef get(): return version\n")
    assert bench.executor.stale()
    with gone(old) as is_gone:
        bench.do(bench.executor.replace())
        assert not bench.executor.stale()
        assert bench.run("loaded.get").message == "two"
        assert bench.executor.running == {running}
        bench.cancel(running)
        assert bench.end(running).message == "True True"
        assert is_gone()


def test_a_replacement_that_fails_leaves_the_old_zygote_in_service(
    make_bench: Callable[..., Bench], tmp_path: Path
) -> None:
    (tmp_path / "loaded.py").write_text("def get(): return 1\n")
    bench = make_bench(preload=("loaded",))
    (tmp_path / "loaded.py").write_text("def get(: return 1\n")
    with pytest.raises(SetupFailed, match="SyntaxError"):
        bench.do(bench.executor.replace())
    assert bench.run("loaded.get").message == "1"


def test_end_group_does_not_touch_strangers() -> None:
    process = subprocess.Popen(["sleep", "600"], start_new_session=True)
    try:
        assert not end_group(process.pid, "1")
        assert process.poll() is None
        assert end_group(process.pid, process_started(process.pid) or "")
        assert process.wait() == -signal.SIGKILL
    finally:
        process.kill()
    assert not end_group(process.pid, "1")


def test_end_group_finds_the_offspring_of_a_leader_that_has_gone() -> None:
    leader = subprocess.Popen(
        ["sh", "-c", "sleep 600 & echo $!; read x"], start_new_session=True, stdin=-1, stdout=-1, text=True
    )
    assert leader.stdout is not None
    assert leader.stdin is not None
    started = process_started(leader.pid) or ""
    with leader, gone(int(leader.stdout.readline())) as is_gone:
        leader.stdin.close()
        leader.wait()
        assert end_group(leader.pid, started)
        assert is_gone()
