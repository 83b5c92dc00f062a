"""One runner per site: who gets the lock, who is told to hold it, and that it dies with its process."""

from __future__ import annotations

import fcntl
import json
import os
import signal
import stat
import subprocess
import sys
from pathlib import Path

import pytest
from entries import NOON, child, hears, told

from linodctl.errors import SiteHeld, StateError
from linodctl.identity import boot_id, is_alive, process_started
from linodctl.store.lock import SiteLock

HOLD = """
import os, sys
from datetime import datetime
from pathlib import Path
from linodctl.store.lock import SiteLock
lock = SiteLock(Path(sys.argv[1]), since=datetime.fromisoformat("2026-03-02T12:00:00+00:00"), version="1.2")
lock.acquire()
print("held", flush=True)
sys.stdin.readline()
"""


def test_nobody_holds_a_lock_that_nobody_made(state: Path) -> None:
    assert SiteLock(state).holder() is None
    assert SiteLock(state.parent / "no" / "folder.db").holder() is None
    assert list(state.parent.iterdir()) == []


def test_a_second_runner_hears_who_holds_it_and_since_when(state: Path) -> None:
    with child(HOLD, state) as runner:
        hears(runner, "held")
        with pytest.raises(SiteHeld) as error:
            SiteLock(state).acquire()
        assert error.value.exit_code == 4
        assert f"the runner with pid {runner.pid} on " in str(error.value)
        assert "since 2026-03-02T12:00:00+00:00 holds this site" in str(error.value)
        holder = SiteLock(state).holder()
        assert holder is not None
        assert (holder["pid"], holder["version"], holder["boot_id"]) == (runner.pid, "1.2", boot_id())
        assert holder["pid_started"] == process_started(runner.pid)


def test_it_dies_with_its_process(state: Path) -> None:
    with child(HOLD, state) as runner:
        hears(runner, "held")
        os.kill(runner.pid, signal.SIGKILL)
        runner.wait()
        assert (state.parent / "linodctl.db.lock").stat().st_size > 0  # what it says no longer counts
        assert SiteLock(state).holder() is None
        with SiteLock(state) as ours:
            holder = ours.holder()
            assert holder is not None
            assert holder["pid"] == os.getpid()


def test_it_can_be_released_and_taken_again(state: Path) -> None:
    lock = SiteLock(state, since=NOON)
    for _ in range(3):
        with lock:
            with pytest.raises(SiteHeld):
                SiteLock(state).acquire()
            assert SiteLock(state).holder() is not None
        assert SiteLock(state).holder() is None
        assert (state.parent / "linodctl.db.lock").read_text() == ""
        lock.release()  # harmless


@pytest.mark.parametrize("umask", [0, 0o777])
def test_its_file_is_private_whatever_the_umask(state: Path, umask: int) -> None:
    before = os.umask(umask)
    try:
        with SiteLock(state):
            assert stat.S_IMODE((state.parent / "linodctl.db.lock").stat().st_mode) == 0o600
    finally:
        os.umask(before)


def test_a_missing_folder_and_an_odd_lock_file(tmp_path: Path) -> None:
    with pytest.raises(StateError, match="doesn't exist; create it"):
        SiteLock(tmp_path / "no" / "folder.db").acquire()
    (tmp_path / "x.db.lock").mkdir()
    with pytest.raises(StateError, match="can't be opened"):
        SiteLock(tmp_path / "x.db").acquire()


def test_somebody_who_only_looks_is_waited_for(state: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with SiteLock(state):
        pass
    with (state.parent / "linodctl.db.lock").open() as looking:
        fcntl.flock(looking, fcntl.LOCK_SH)
        monkeypatch.setattr("linodctl.store.lock.time.sleep", lambda _: fcntl.flock(looking, fcntl.LOCK_UN))
        with SiteLock(state):
            pass


def test_runners_come_and_go_while_somebody_looks_all_the_time(state: Path) -> None:
    look = """
import sys
from pathlib import Path
from linodctl.store.lock import SiteLock
lock = SiteLock(Path(sys.argv[1]))
print("ready", flush=True)
while True:
    lock.holder()
"""
    with child(look, state) as one:
        hears(one, "ready")
        for _ in range(100):
            with SiteLock(state):
                pass


@pytest.mark.parametrize("content", ["", "{", "[1]", '{"since": 1}'])
def test_a_holder_that_never_signs_is_a_holder(state: Path, content: str) -> None:
    with SiteLock(state):
        (state.parent / "linodctl.db.lock").write_text(content)
        assert SiteLock(state).holder() == {}
        with pytest.raises(SiteHeld, match="another runner holds this site"):
            SiteLock(state).acquire()


def test_an_earlier_holders_signature_is_not_believed(state: Path) -> None:
    with SiteLock(state) as lock:
        dead = lock.holder()
        assert dead is not None
        dead["pid_started"] = "1"
        (state.parent / "linodctl.db.lock").write_text(json.dumps(dead))
        assert lock.holder() == {}


def test_a_holder_on_another_machine_is_believed(state: Path) -> None:
    with SiteLock(state) as lock:
        told_by = {"pid": 1, "pid_started": "1", "boot_id": "x", "host": "elsewhere", "since": None, "version": ""}
        (state.parent / "linodctl.db.lock").write_text(json.dumps(told_by))
        assert lock.holder() == told_by


# --- children ------------------------------------------------------------------------------------

WITH_CHILD = """
import os, subprocess, sys
from pathlib import Path
from linodctl.store.lock import SiteLock
lock = SiteLock(Path(sys.argv[1]))
lock.acquire()
if sys.argv[2] == "exec":
    pid = subprocess.Popen([sys.executable, "-c", "import sys; sys.stdin.read()"], close_fds=False).pid
    print(pid, flush=True)
elif os.fork() == 0:
    print(os.getpid(), flush=True)
sys.stdin.read()
"""


@pytest.mark.parametrize("how", ["exec", "fork"])
def test_a_child_that_outlives_the_runner_does_not_keep_the_lock(state: Path, how: str) -> None:
    """An exec'd child (the zygote is one) loses it by close-on-exec; one that is only forked closes it first thing."""
    with child(WITH_CHILD, state, how) as runner:
        assert runner.stdout is not None
        offspring = int(runner.stdout.readline())
        started = process_started(offspring)
        os.kill(runner.pid, signal.SIGKILL)
        runner.wait()
        assert is_alive(offspring, started)
        with SiteLock(state):
            pass
        os.kill(offspring, signal.SIGKILL)


def test_a_childs_end_does_not_give_the_lock_away(state: Path) -> None:
    with SiteLock(state) as lock:
        pid = os.fork()
        if pid == 0:
            lock.release()
            os._exit(0)
        os.waitpid(pid, 0)
        holder = SiteLock(state).holder()
        assert holder is not None
        assert holder["pid"] == os.getpid()


# --- who a process is -----------------------------------------------------------------------------


def test_a_process_is_known_by_its_start_and_boot() -> None:
    me, started = os.getpid(), process_started(os.getpid())
    assert is_alive(me, started)
    assert is_alive(me, started, boot_id())
    assert not is_alive(me, None)
    assert not is_alive(me, "")
    assert not is_alive(me, "1")
    assert not is_alive(me, started, "another boot")
    assert len(boot_id()) == 36


def test_the_start_is_read_behind_a_name_that_tries_to_deceive(tmp_path: Path) -> None:
    deceiver = tmp_path / "a) Z 1 (b"
    deceiver.symlink_to(sys.executable)
    code = "import sys; print('ready', flush=True); sys.stdin.read()"
    with subprocess.Popen([deceiver, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        hears(process, "ready")
        started = process_started(process.pid)
        assert started is not None
        assert int(started) >= int(process_started(os.getpid()) or 0)
        assert is_alive(process.pid, started)
        told(process)


def test_a_zombie_is_dead() -> None:
    process = subprocess.Popen([sys.executable, "-c", "import sys; sys.stdin.read()"], stdin=subprocess.PIPE)
    started = process_started(process.pid)
    assert is_alive(process.pid, started)
    process.kill()
    os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOWAIT)  # it has ended, and nobody has reaped it
    assert process_started(process.pid) == started
    assert not is_alive(process.pid, started)
    process.communicate()
    assert process_started(process.pid) is None
    assert not is_alive(process.pid, started)


def test_a_lock_whose_file_was_deleted_is_taken_anew(state: Path) -> None:
    with SiteLock(state) as ours:
        assert not ours.keep()
        ours.path.unlink()
        assert ours.keep()
        with pytest.raises(SiteHeld, match=f"the runner with pid {os.getpid()} "):
            SiteLock(state).acquire()
        assert not ours.keep()
    with SiteLock(state):
        pass  # both files' locks are gone


def test_a_lock_that_another_one_took_by_deleting_its_file_is_lost(state: Path) -> None:
    with SiteLock(state) as ours:
        ours.path.unlink()
        with child(HOLD, state) as other:
            hears(other, "held")
            with pytest.raises(SiteHeld, match=f"the runner with pid {other.pid} "):
                ours.keep()


def test_a_lock_on_a_full_disk_is_a_lock(state: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> int:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "pwrite", full)
    with SiteLock(state):
        assert SiteLock(state).holder() == {}, "held, by nobody knows whom"
