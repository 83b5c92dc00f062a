"""The promises of state and failure, with real processes, real kills, real locks and real time limits."""

from __future__ import annotations

import itertools
import os
import signal
import sqlite3
import stat
import subprocess
import sys
from collections import Counter
from collections.abc import Callable
from datetime import datetime

from sites import SiteFolder, is_gone, signal_and_wait

MakeSite = Callable[[str], SiteFolder]

# --- 1. a slot is claimed durably before its run starts -------------------------------------------


def test_a_run_finds_its_own_claim_on_record(make_site: MakeSite) -> None:
    site = make_site("procedures: {seer: {func: jobs.sees_its_claim, every: day}}")
    with site.runner():
        line = site.wait_for_line("claim")
    assert " ".join(line) == "claim ('seer', 1, None)"


def test_no_slot_runs_twice_and_none_is_lost_when_the_runner_is_killed_again_and_again(make_site: MakeSite) -> None:
    site = make_site("procedures: {quick: {func: jobs.quick, every: 1 second, missed: all, overlap: queue_all}}")
    for life in range(1, 5):
        with site.runner() as runner:
            site.wait_for(lambda wanted=2 * life: len(site.lines("start")) >= wanted, "some runs")  # type: ignore[misc]
            runner.kill()
    with site.runner() as runner:
        site.wait_for(lambda: len(site.lines("start")) >= 12, "some more runs")
        assert signal_and_wait(runner, signal.SIGTERM) == 0

    starts = Counter((slot, attempt) for _, _, slot, attempt in site.lines("start"))
    assert max(starts.values()) == 1
    with sqlite3.connect(site.state) as db:
        runs = [row[0] for row in db.execute("SELECT slot FROM runs ORDER BY slot")]
        assert db.execute("SELECT count(*) FROM runs WHERE end_time IS NULL").fetchone() == (0,)
        assert {slot for slot, _ in starts} <= set(runs), "whatever ran is on record"
        assert db.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        # On a slow machine a run may take longer than its second; then the next slot is skipped, and that is a row.
        streaks = db.execute("SELECT slot, last_slot FROM skips WHERE reason = 'overlap'").fetchall()
    assert len(set(runs)) == len(runs)
    covered = [(datetime.fromisoformat(first), datetime.fromisoformat(last)) for first, last in streaks]
    covered = sorted([*covered, *((datetime.fromisoformat(slot),) * 2 for slot in runs)])
    gaps = {(later[0] - earlier[1]).total_seconds() for earlier, later in itertools.pairwise(covered)}
    assert gaps == {1.0}, f"with 'missed: all' every second has its run: {runs} {streaks}"


def test_no_run_begins_before_its_slot_though_its_claim_is_on_record_before_that(make_site: MakeSite) -> None:
    site = make_site("""
        defaults: {every: 1 second}
        procedures:
          fresh: {func: jobs.punctual}
          warm: {func: jobs.punctual, reuse: 100}
          thread: {func: jobs.punctual, isolation: thread}
        """)
    with site.runner():
        site.wait_for(lambda: len(site.lines("began")) >= 9, "three runs of each")
    assert min(float(late) for _, late in site.lines("began")) >= 0


def test_a_fresh_worker_is_there_before_its_slot(make_site: MakeSite) -> None:
    site = make_site("procedures: {fresh: {func: jobs.forked_ahead, every: 1 second}}")
    with site.runner():
        site.wait_for(lambda: len(site.lines("forked")) >= 3, "three runs")
    assert max(float(ahead) for _, ahead in site.lines("forked")) > 0.1


def test_a_run_under_a_killed_runner_is_lost_and_its_process_is_gone(make_site: MakeSite) -> None:
    site = make_site("procedures: {sleepy: {func: jobs.sleepy, every: never, grace: 1s}}")
    with site.runner() as runner:
        site.cli("trigger", "sleepy")
        worker = int(site.wait_for_line("start", "sleepy")[2])
        runner.kill()
    with site.runner():
        run = site.wait_for_end("sleepy")
        assert is_gone(worker), "the new runner ended what was left before it went to work"
    assert (run["outcome"], run["reason"]) == ("lost", "the runner died under it")


def test_rerun_of_a_lost_run_is_a_new_attempt(make_site: MakeSite) -> None:
    site = make_site(
        "procedures: {sleepy: {func: jobs.sleepy, every: day, on_lost: rerun, retries: {delay: 1s}, grace: 1s}}"
    )
    with site.runner() as runner:
        site.wait_for_line("start", "sleepy")
        runner.kill()
    with site.runner():
        site.wait_for(lambda: len(site.lines("start")) == 2, "the second attempt")
        rows = site.history("sleepy")
    assert [(row["attempt"], row["trigger"], row["outcome"]) for row in rows] == [
        (2, "rerun", None),
        (1, "schedule", "lost"),
    ]


def test_a_killed_zygote_loses_its_runs_only(make_site: MakeSite) -> None:
    site = make_site("procedures: {sleepy: {func: jobs.sleepy, every: never}, quick: {func: jobs.quick, every: never}}")
    with site.runner() as runner:
        site.cli("trigger", "sleepy")
        worker = int(site.wait_for_line("start", "sleepy")[2])
        os.kill(parent_of(worker), signal.SIGKILL)
        assert site.wait_for_end("sleepy")["outcome"] == "lost"
        assert is_gone(worker)
        assert site.cli("trigger", "quick", "--wait")[0]["outcome"] == "succeeded"
        assert runner.poll() is None


def test_a_new_runner_leaves_a_run_alone_that_somebody_carries_out_here(make_site: MakeSite) -> None:
    site = make_site("procedures: {waiter: {func: jobs.until_cancelled, every: never}}")
    with site.runner() as runner:
        here = subprocess.Popen(
            [sys.executable, "-m", "linodctl", "trigger", "waiter", "--here", "-c", str(site.config)],
            env=site.env,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        site.wait_for_line("start", "waiter")
        runner.kill()
    with site.runner():
        assert site.history("waiter")[0]["end_time"] is None
        here.send_signal(signal.SIGINT)
        assert here.wait(20) == 130
        assert site.history("waiter")[0]["outcome"] == "cancelled"


# --- 2. a failed task is disabled -----------------------------------------------------------------


def test_a_failed_task_is_disabled_with_its_reason_and_traceback_until_it_is_enabled(make_site: MakeSite) -> None:
    site = make_site("procedures: {fail: {func: jobs.fail, every: 1 second}}")
    with site.runner():
        run = site.wait_for_end("fail", "failed")
        task = site.cli("list")[0]
        assert (task["state"], task["disabled"]) == ("disabled", True)
        assert task["disabled_reason"] == "failed: ValueError: on purpose"
        assert 'raise ValueError("on purpose")' in run["error"]
        assert sum(row["outcome"] == "failed" for row in site.history("fail")) == 1
        site.cli("enable", "fail")
        site.wait_for(
            lambda: sum(row["outcome"] == "failed" for row in site.history("fail")) == 2, "it runs, and fails, again"
        )


def test_a_warning_ends_the_run_without_disabling(make_site: MakeSite) -> None:
    site = make_site("procedures: {warns: {func: jobs.warns, every: never}}")
    with site.runner():
        answer = site.cli("trigger", "warns", "--wait")
        assert answer[0]["outcome"] == "warned"
        assert site.cli("list")[0]["disabled"] is False
        assert site.history("warns")[0]["reason"] == "the feed is late"


# --- 3. one runner per site -----------------------------------------------------------------------


def test_a_second_runner_is_told_who_holds_the_site_and_since_when(make_site: MakeSite) -> None:
    site = make_site("procedures: {quick: {func: jobs.quick, every: never}}")
    with site.runner() as runner:
        second = site.plain("run")
        assert second.returncode == 4
        assert str(runner.pid) in second.stderr
        assert "since" in second.stderr
        assert len(second.stderr.strip().splitlines()) == 1
        runner.kill()
    with site.runner():
        pass  # the lock died with its process


# --- 5. a run can be stopped ----------------------------------------------------------------------


def test_cancel_reaches_the_procedure(make_site: MakeSite) -> None:
    site = make_site("procedures: {waiter: {func: jobs.until_cancelled, every: never}}")
    with site.runner():
        site.cli("trigger", "waiter")
        site.wait_for_line("start", "waiter")
        site.cli("cancel", "waiter")
        assert site.wait_for_line("cancelled")[2] == "True"
        assert site.wait_for_end("waiter")["outcome"] == "cancelled"


def test_a_timeout_kills_a_stubborn_run_and_its_children(make_site: MakeSite) -> None:
    site = make_site("procedures: {stubborn: {func: jobs.stubborn, every: never, timeout: 1s, grace: 1s}}")
    with site.runner():
        site.cli("trigger", "stubborn")
        _, _, worker, child = site.wait_for_line("start", "stubborn")
        run = site.wait_for_end("stubborn")
        assert run["outcome"] == "timed_out"
        assert run["signal"] == signal.SIGKILL
        site.wait_for(lambda: is_gone(int(worker)) and is_gone(int(child)), "the whole process tree is gone")


def test_sigterm_lets_runs_end_within_drain(make_site: MakeSite) -> None:
    site = make_site("drain: 20s\nprocedures: {waiter: {func: jobs.until_cancelled, every: never}}")
    with site.runner() as runner:
        site.cli("trigger", "waiter")
        site.wait_for_line("start", "waiter")
        runner.send_signal(signal.SIGTERM)
        site.wait_for(lambda: "waiting up to 20 s for 1 run" in site.log(), "it drains")
        site.cli("cancel", "waiter")
        assert runner.wait(20) == 0
        assert site.history("waiter")[0]["outcome"] == "cancelled"


def test_a_second_signal_stops_runs_at_once(make_site: MakeSite) -> None:
    site = make_site("drain: 60s\nprocedures: {stubborn: {func: jobs.stubborn, every: never}}")
    with site.runner() as runner:
        site.cli("trigger", "stubborn")
        worker = int(site.wait_for_line("start", "stubborn")[2])
        runner.send_signal(signal.SIGINT)
        site.wait_for(lambda: "stopping" in site.log(), "it drains")
        assert signal_and_wait(runner, signal.SIGINT, 20) == 0
        assert is_gone(worker)
        assert site.history("stubborn")[0]["outcome"] == "cancelled"


# --- 6. nothing from outside is trusted -----------------------------------------------------------


def test_yaml_makes_no_objects(make_site: MakeSite) -> None:
    site = make_site("site: !!python/object/apply:os.system ['touch owned']\n")
    done = site.plain("check", "--no-imports")
    assert done.returncode == 2
    assert not (site.folder / "owned").exists()
    assert "Traceback" not in done.stderr + done.stdout


def test_socket_and_state_are_for_their_owner_only_whatever_the_umask(make_site: MakeSite) -> None:
    site = make_site("procedures: {quick: {func: jobs.quick, every: 1 second}}")
    old = os.umask(0)
    try:
        with site.runner():
            site.wait_for_line("start")
            modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in site.folder.glob("linodctl.db*")}
    finally:
        os.umask(old)
    assert "linodctl.db.sock" in modes
    assert set(modes.values()) == {0o600}, modes


def test_the_socket_survives_nonsense(make_site: MakeSite) -> None:
    site = make_site("procedures: {quick: {func: jobs.quick, every: never}}")
    with site.runner() as runner:
        for nonsense in (b"\x80\x04.\n", b"[1]\n", b"{" * 100_000 + b"\n", b'{"op": "nonsense"}\n', b""):
            subprocess.run(["python3", "-c", _SEND, str(site.state) + ".sock"], input=nonsense, check=True, timeout=20)
        assert site.answers(runner.pid)


_SEND = """
import socket, sys
with socket.socket(socket.AF_UNIX) as s:
    s.connect(sys.argv[1])
    try:
        s.sendall(sys.stdin.buffer.read())
        s.shutdown(socket.SHUT_WR)
        s.recv(1000)
    except OSError:
        pass
"""


def parent_of(pid: int) -> int:
    with open(f"/proc/{pid}/stat") as file:
        return int(file.read().rpartition(")")[2].split()[1])
