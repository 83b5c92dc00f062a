"""The runner as a container's first process, in a pid namespace of its own, as a container has it."""

from __future__ import annotations

import fcntl
import os
import pty
import signal
import subprocess
import sys
import termios
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from fake_host import fake_host
from sites import SiteFolder

UNSHARE = ["unshare", "--pid", "--fork", "--kill-child", "--mount-proc"]
CONFIG = """
drain: 1h
procedures:
  leaves_a_daemon: {func: jobs.leaves_a_daemon, every: never}
  waits: {func: jobs.until_cancelled, every: never}
"""

pytestmark = pytest.mark.skipif(
    subprocess.run([*UNSHARE, "true"], check=False, capture_output=True).returncode != 0,
    reason="a pid namespace can't be made here (it takes root)",
)


@pytest.fixture
def site(tmp_path: Path) -> SiteFolder:
    return SiteFolder(tmp_path, CONFIG)


@contextmanager
def container(site: SiteFolder, terminal: int) -> Iterator[tuple[subprocess.Popen[bytes], int]]:
    """`linodctl run` as process 1, at a terminal; the process that waits for it, and its pid as seen from here."""
    command = [*UNSHARE, sys.executable, "-m", "linodctl", "run", "-c", str(site.config)]
    with (site.folder / "runner.log").open("a") as log:
        outer = subprocess.Popen(
            command,
            env=site.env,
            cwd=site.folder,
            stdin=terminal,
            stderr=log,
            stdout=log,
            start_new_session=True,
            preexec_fn=lambda: fcntl.ioctl(0, termios.TIOCSCTTY, 0),
        )
    try:
        site.wait_for(lambda: site.state.exists() and "runner of site" in site.log(), "it has begun")
        yield outer, children(outer.pid)[0]
    finally:
        outer.kill()
        outer.wait()


def inside(pid: int) -> int:
    """The pid in the process's own namespace."""
    (line,) = [line for line in Path(f"/proc/{pid}/status").read_text().splitlines() if line.startswith("NSpid:")]
    return int(line.split()[-1])


def children(pid: int) -> list[int]:
    return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


@pytest.fixture
def terminal() -> Iterator[tuple[int, int]]:
    """Where a person types, and where a program reads."""
    ends = pty.openpty()
    yield ends
    for end in ends:
        os.close(end)


def test_orphans_are_buried_and_signals_arrive(site: SiteFolder, terminal: tuple[int, int]) -> None:
    keyboard, screen = terminal
    with container(site, screen) as (outer, first):
        (runner,) = children(first)
        site.wait_for(lambda: site.answers(inside(runner)), "the runner answers, by its number in there")
        site.cli("trigger", "leaves_a_daemon")
        site.wait_for_line("daemon")
        site.wait_for_end("leaves_a_daemon")  # else its worker comes to process 1, too, for a moment
        (zygote,) = children(runner)
        os.kill(zygote, signal.SIGKILL)  # what it had adopted goes to process 1
        daemon = site.wait_for(lambda: [pid for pid in children(first) if pid != runner], "the daemon is an orphan")[0]
        os.kill(daemon, signal.SIGKILL)
        site.wait_for(lambda: children(first) == [runner], "it is buried")

        os.kill(first, signal.SIGHUP)
        site.wait_for(lambda: "config reloaded" in site.log(), "the runner got SIGHUP")
        site.cli("trigger", "waits")
        site.wait_for_line("start", "waits")
        os.write(keyboard, b"\x03")
        site.wait_for(lambda: "stopping: got SIGINT; waiting up to 3600 s" in site.log(), "Ctrl-C was heard")
        assert site.cli("status")["running"], "it counts once, though the terminal signals both"
        os.kill(first, signal.SIGTERM)
        assert outer.wait() == 0, "a second signal stops the run at once"


def test_it_exits_as_the_runner_does_and_tells_the_host_no_pid_of_its_own_counting(
    site: SiteFolder, terminal: tuple[int, int]
) -> None:
    with fake_host(f"@linodctl-test-{site.folder}") as host:
        site.env |= {"NOTIFY_SOCKET": host.address, "WATCHDOG_USEC": "2000000", "WATCHDOG_PID": "1"}
        with container(site, terminal[1]) as (outer, first):
            assert "MAINPID" not in host.wait_for("READY=1", "WATCHDOG=1")
            os.kill(children(first)[0], signal.SIGKILL)
            assert outer.wait() == 128 + signal.SIGKILL
