"""The machine's faults, with a real runner: each is told once, what is due meanwhile is kept, and work goes on when the
cause is gone.
"""

from __future__ import annotations

import itertools
import os
import resource
import shutil
import signal
import sqlite3
import subprocess
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, closing, contextmanager, suppress
from datetime import datetime
from pathlib import Path

import pytest
from sites import Runner, SiteFolder, signal_and_wait

from linodctl.runner.calling import ask

MakeSite = Callable[[str], SiteFolder]

EACH_SECOND = """
state: disk/linodctl.db
procedures:
  quick: {func: jobs.quick, every: 1 second, missed: all, overlap: queue_all}
  wish: {func: jobs.warns, every: never}
"""
HELD = "no run is started until this can be recorded"
AGAIN = "the state file can be written again; runs are started again"


@pytest.fixture
def site(make_site: MakeSite) -> SiteFolder:
    """A site with a run each second, and its state file in a folder of its own."""
    made = make_site(EACH_SECOND)
    made.state = made.folder / "disk" / "linodctl.db"
    made.state.parent.mkdir()
    return made


def troubles(site: SiteFolder) -> list[str]:
    """What the runner has to complain of, as `status` asks it."""
    answer = ask(site.state, "status")
    assert answer is not None
    found: list[str] = answer["troubles"]
    return found


def lasting_trouble(site: SiteFolder, words: str) -> None:
    """It is told, and shown by `status`."""
    site.wait_for(lambda: words in site.log(), words)
    assert any(words in trouble for trouble in troubles(site)), troubles(site)


def over(site: SiteFolder, words: str, trouble: str) -> None:
    """The end is told once, and so was the beginning, however many ticks there were; `status` shows nothing of it."""
    site.wait_for(lambda: words in site.log(), words)
    assert site.log().count(words) == 1
    assert site.log().count(trouble) == 1, site.log()
    assert troubles(site) == []


def goes_on(site: SiteFolder, runs: int = 1) -> None:
    before = len(site.lines("start"))
    site.wait_for(lambda: len(site.lines("start")) >= before + runs, "runs go on")


def assert_each_second_had_its_run(site: SiteFolder) -> None:
    """None lost, none twice, whatever happened."""
    starts = Counter(slot for _, _, slot, _ in site.lines("start"))
    assert max(starts.values()) == 1
    with closing(sqlite3.connect(site.state)) as db:
        slots = [
            datetime.fromisoformat(slot)
            for (slot,) in db.execute("SELECT slot FROM runs WHERE slot NOT NULL ORDER BY slot")
        ]
        assert db.execute("SELECT count(*) FROM skips").fetchone() == (0,)
        assert db.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    assert {(later - earlier).total_seconds() for earlier, later in itertools.pairwise(slots)} == {1.0}
    assert set(starts) <= {slot.isoformat(timespec="microseconds") for slot in slots}


@contextmanager
def working(site: SiteFolder) -> Iterator[Runner]:
    """A runner that works when a fault comes, works on when it has gone, ends in order, and has missed no slot."""
    with site.runner() as runner:
        goes_on(site)
        yield runner
        goes_on(site)
        assert signal_and_wait(runner, signal.SIGTERM) == 0
    assert_each_second_had_its_run(site)


# --- a disk that is full, or can't be written -----------------------------------------------------


Disk = tuple[Callable[[], object], Callable[[], object]]
"""What takes the room away from a site's state file, and what gives it back."""


@contextmanager
def full(site: SiteFolder, runner: Callable[[], Runner]) -> Iterator[Disk]:
    """A file system of its own, which a file fills; where mounting is not permitted, files that may not grow."""
    disk = site.state.parent
    mount = ["mount", "-t", "tmpfs", "-o", "size=1500k", "tmpfs", str(disk)]
    if subprocess.run(mount, check=False, capture_output=True).returncode != 0:
        yield from_growing(site, runner)
        return
    ballast = disk / "ballast"

    def fill() -> None:
        with ballast.open("wb", buffering=0) as file:
            for size in (65536, 4096):
                with suppress(OSError):
                    while file.write(b"\0" * size) == size:
                        pass

    try:
        yield fill, ballast.unlink
    finally:
        subprocess.run(["umount", "-l", str(disk)], check=True)


def from_growing(site: SiteFolder, runner: Callable[[], Runner]) -> Disk:
    """Keeps each file of the runner's from growing larger than the state file's log is then."""

    def limit(size: int) -> None:
        resource.prlimit(runner().pid, resource.RLIMIT_FSIZE, (size, resource.RLIM_INFINITY))

    log = site.state.with_name("linodctl.db-wal")
    return lambda: limit(log.stat().st_size), lambda: limit(resource.RLIM_INFINITY)


@contextmanager
def read_only(site: SiteFolder, runner: Callable[[], Runner]) -> Iterator[Disk]:
    """Nothing can be written to the state file and its log, although they are open for it."""

    def mark(how: str) -> int:
        files = [str(site.state), str(site.state.with_name("linodctl.db-wal"))]
        return subprocess.run(["chattr", how, *files], check=False, capture_output=True).returncode

    def forbid() -> None:
        if mark("+i") != 0:
            pytest.skip("files can't be made immutable here")

    try:
        yield forbid, lambda: mark("-i")
    finally:
        mark("-i")


@pytest.mark.parametrize("disk", [full, read_only])
def test_what_can_not_be_recorded_is_not_started_until_it_can(
    site: SiteFolder, disk: Callable[..., AbstractContextManager[Disk]]
) -> None:
    processes: list[Runner] = []
    with disk(site, lambda: processes[0]) as (forbid, permit), working(site) as runner:
        processes.append(runner)
        forbid()
        lasting_trouble(site, HELD)
        permit()
        over(site, AGAIN, HELD)


# --- the state file is deleted, moved, replaced, locked --------------------------------------------


def test_a_deleted_state_file_is_put_back(site: SiteFolder) -> None:
    with working(site):
        for ending in ("", "-wal", "-shm"):
            site.state.with_name(site.state.name + ending).unlink()
        site.wait_for(lambda: "put back with all that it held" in site.log(), "it is put back")
        assert site.cli("trigger", "wish", "--wait")[0]["outcome"] == "warned"
    assert site.log().count("put back") == 1


def test_a_deleted_folder_is_waited_for(site: SiteFolder) -> None:
    with working(site):
        shutil.rmtree(site.state.parent)
        told = f"folder {site.state.parent} of the state file was deleted; make it again"
        site.wait_for(lambda: "can't be written again" in site.log(), "trouble is told")
        site.wait_for(lambda: "no control socket" in site.log() and "a second runner could start" in site.log(), told)
        site.state.parent.mkdir()
        over(site, AGAIN, HELD)


def test_a_moved_state_file_is_waited_for_and_no_wish_takes_its_place(site: SiteFolder) -> None:
    with working(site):
        elsewhere = site.state.with_name("elsewhere.db")
        site.state.rename(elsewhere)
        lasting_trouble(site, "was moved away; put it back")
        page = site.plain("status").stdout
        assert f"trouble   the state file {site.state} was moved away; put it back" in page
        refused = site.plain("trigger", "wish")
        assert refused.returncode == 5
        assert "is gone under its runner" in refused.stderr and len(refused.stderr.splitlines()) == 1
        elsewhere.rename(site.state)
        over(site, AGAIN, "was moved away")


def test_a_file_in_its_place_is_left_alone(site: SiteFolder) -> None:
    with working(site):
        kept, other = site.state.with_name("kept.db"), site.state.with_name("other.db")
        os.link(site.state, kept)
        with closing(sqlite3.connect(other)) as db:
            db.execute("CREATE TABLE theirs (x)")
        content = other.read_bytes()
        other.replace(site.state)
        site.wait_for(lambda: "another file has taken the place" in site.log(), "it is noticed")
        assert site.state.read_bytes() == content
        kept.replace(site.state)
        over(site, AGAIN, "another file has taken the place")


def test_another_programs_lock_is_waited_for(site: SiteFolder) -> None:
    with working(site):
        with closing(sqlite3.connect(site.state, isolation_level=None)) as db:
            db.execute("BEGIN IMMEDIATE")
            lasting_trouble(site, "is locked by another process")
            db.execute("ROLLBACK")
        over(site, AGAIN, HELD)


def test_a_runner_that_starts_under_another_programs_lock_waits_for_it(site: SiteFolder) -> None:
    assert site.plain("run", "--once").returncode == 0
    with closing(sqlite3.connect(site.state, isolation_level=None)) as db:
        db.execute("BEGIN IMMEDIATE")
        runner = site.start()
        site.wait_for(lambda: "the runner waits for that" in site.log(), "it waits")
        db.execute("ROLLBACK")
    site.wait_for(lambda: site.answers(runner.pid), "it goes to work")
    assert signal_and_wait(runner, signal.SIGTERM) == 0
    assert_each_second_had_its_run(site)


# --- the lock -------------------------------------------------------------------------------------


def test_of_runners_started_together_one_runs_and_the_others_say_who(site: SiteFolder) -> None:
    runners = [site.start() for _ in range(3)]
    site.wait_for(lambda: sum(runner.poll() is not None for runner in runners) == 2, "two give up")
    (holder,) = [runner for runner in runners if runner.poll() is None]
    assert sorted(runner.returncode or 0 for runner in runners) == [0, 4, 4]
    site.wait_for(lambda: site.answers(holder.pid), "the third one works")
    refusals = [line for line in site.log().splitlines() if "holds this site" in line]
    assert len(refusals) == 2 and all(f"pid {holder.pid} " in line for line in refusals)
    assert signal_and_wait(holder, signal.SIGTERM) == 0


def test_a_second_runner_is_refused_though_the_lock_file_is_gone(site: SiteFolder) -> None:
    with site.runner() as runner:
        goes_on(site)
        lock = site.state.with_name("linodctl.db.lock")
        runner.send_signal(signal.SIGSTOP)  # so that it can't notice first
        lock.unlink()
        second = site.plain("run")
        runner.send_signal(signal.SIGCONT)
        assert second.returncode == 4
        assert f"the runner with pid {runner.pid} since" in second.stderr and len(second.stderr.splitlines()) == 1
        site.wait_for(lambda: "the lock file" in site.log() and "there is a new one" in site.log(), "it is taken anew")
        third = site.plain("run")
        assert third.returncode == 4 and f"the runner with pid {runner.pid} on" in third.stderr
        goes_on(site)


# --- descriptors and processes --------------------------------------------------------------------


def test_without_descriptors_runs_are_lost_with_the_reason_and_the_runner_stays(site: SiteFolder) -> None:
    with site.runner() as runner:
        goes_on(site)
        soft, hard = resource.prlimit(runner.pid, resource.RLIMIT_NOFILE)
        resource.prlimit(runner.pid, resource.RLIMIT_NOFILE, (5, hard))
        site.wait_for(lambda: "no process could be made for the run" in site.log(), "a run is lost")
        assert site.cli("status")["troubles"] is None, "it can't answer"
        site.wait_for(lambda: "the control socket takes no calls" in site.log(), "it is told")
        resource.prlimit(runner.pid, resource.RLIMIT_NOFILE, (soft, hard))
        goes_on(site)
        over(site, "the control socket takes calls again", "the control socket takes no calls")
        assert signal_and_wait(runner, signal.SIGTERM) == 0
    lost = site.cli("history", "--outcome", "lost")
    assert {row["reason"] for row in lost} == {"no process could be made for the run: Too many open files"}
    assert "Traceback" not in site.log()


@contextmanager
def pids_group(processes: list[int]) -> Iterator[Path]:
    """A control group with these processes; its `pids.max` limits how many there may be."""
    pids = Path("/sys/fs/cgroup/pids")
    group = (pids if pids.is_dir() else pids.parent) / f"linodctl-test-{os.getpid()}"
    try:
        group.mkdir()
    except OSError:
        pytest.skip("control groups can't be made here")
    try:
        if not (group / "pids.max").exists():
            pytest.skip("processes can't be limited here")
        for pid in processes:
            (group / "cgroup.procs").write_text(str(pid))
        yield group
    finally:
        for pid in (group / "cgroup.procs").read_text().split():
            (group.parent / "cgroup.procs").write_text(pid)
        group.rmdir()


def test_without_processes_runs_are_lost_with_the_reason_and_the_runner_stays(make_site: MakeSite) -> None:
    site = make_site("procedures: {quick: {func: jobs.quick, every: never}}")
    with site.runner() as runner:
        assert site.cli("trigger", "quick", "--wait")[0]["outcome"] == "succeeded"
        zygotes = Path(f"/proc/{runner.pid}/task/{runner.pid}/children").read_text().split()
        with pids_group([runner.pid, *map(int, zygotes)]) as group:
            (group / "pids.max").write_text("0")
            assert site.cli("trigger", "quick", "--wait", code=1)[0]["outcome"] == "lost"
            assert site.history("quick")[0]["reason"].startswith("no process could be made for the run: ")
            (group / "pids.max").write_text("max")
            assert site.cli("trigger", "quick", "--wait")[0]["outcome"] == "succeeded"
        assert runner.poll() is None


def test_the_log_may_go_to_a_full_disk(site: SiteFolder) -> None:
    with Path("/dev/full").open("w") as full:
        runner = site.start(out=full)
    try:
        goes_on(site)
        runner.send_signal(signal.SIGTERM)
        assert runner.wait(20) == 0
    finally:
        runner.kill()
        runner.wait()
