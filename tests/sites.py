"""Real sites for tests: a folder with a config and jobs, the installed program, a runner that can be killed."""

from __future__ import annotations

import json
import os
import signal
import sqlite3
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import IO, Any, TypeVar

import warm

from linodctl.runner.calling import ask

Runner = warm.Process | subprocess.Popen[str]
T = TypeVar("T")
PATIENCE = 30.0
"""Seconds after which something that should have happened is said not to happen."""

JOBS = '''
"""Jobs that keep a journal outside linodctl's state."""
import os, sqlite3, subprocess, sys, time, signal
from pathlib import Path

JOURNAL = Path(os.environ["JOURNAL"])


def note(*words):
    line = " ".join(str(word) for word in words) + "\\n"
    fd = os.open(JOURNAL, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    os.write(fd, line.encode())
    os.close(fd)


def quick(ar):
    note("start", ar.task, ar.scheduled_for.isoformat(timespec="microseconds"), ar.attempt)


def fail():
    raise ValueError("on purpose")


def until_cancelled(ar):
    note("start", ar.task, os.getpid())
    ar.cancelled.wait(60)
    note("cancelled", ar.task, bool(ar.cancelled))


def sleepy(ar):
    note("start", ar.task, os.getpid())
    time.sleep(300)


def stubborn(ar):
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    child = subprocess.Popen([sys.executable, "-c", "import signal,time; signal.signal(15, 1); time.sleep(300)"])
    note("start", ar.task, os.getpid(), child.pid)
    time.sleep(300)


def sees_its_claim(ar):
    row = sqlite3.connect(os.environ["STATE"]).execute(
        "SELECT task, start_time IS NOT NULL, end_time FROM runs WHERE run_id = ?", [ar.run_id]).fetchone()
    note("claim", row)


def asks_for_more_time(ar):
    from linodctl import Retry
    raise Retry(after=2 if ar.attempt == 1 else 3600)


def punctual(ar):
    note("began", time.time() - ar.scheduled_for.timestamp())


def forked_ahead(ar):
    late = time.time() - ar.scheduled_for.timestamp()
    begun = int(Path("/proc/self/stat").read_text().rpartition(")")[2].split()[19]) / os.sysconf("SC_CLK_TCK")
    note("forked", time.clock_gettime(time.CLOCK_BOOTTIME) - begun - late)


def skips():
    from linodctl import Skip
    raise Skip("no rates on Sundays")


def needs_a_file():
    open("needed").close()


def polite_at_first(ar):
    ar.cancelled.wait()
    time.sleep(300)


def leaves_a_daemon():
    if os.fork() == 0:
        os.setsid()
        if os.fork() == 0:
            note("daemon", os.getpid())
            time.sleep(300)
        os._exit(0)
    os.wait()


def warns():
    raise UserWarning("the feed is late")


def remembers(ar):
    ar.memory["count"] = ar.memory.get("count", 0) + 1
    note("count", ar.memory["count"])


async def waits_a_moment(ar):
    import asyncio
    await asyncio.sleep(0)
    print("printed")
    ar.info("logged %s", 42)
    ar.progress(1, 2, "half")
    ar.progress(2, 2, "done")
'''


class SiteFolder:
    """A site in a folder of its own."""

    def __init__(self, folder: Path, config: str) -> None:
        self.folder = folder
        self.config = folder / "linodctl.yaml"
        self.state = folder / "linodctl.db"
        self.journal = folder / "journal"
        (folder / "jobs.py").write_text(JOBS)
        self.config.write_text(config)
        self.env = {**os.environ, "JOURNAL": str(self.journal), "STATE": str(self.state), "PYTHONWARNINGS": "error"}

    # --- the program ----------------------------------------------------------------------------

    def cli(self, *args: str, code: int = 0) -> Any:
        """What the command prints with --json; asserts the exit code."""
        done = self.plain(*args, "--json")
        assert done.returncode == code, f"{args}: exit {done.returncode}\n{done.stdout}\n{done.stderr}"
        return json.loads(done.stdout) if done.stdout.strip() else None

    def plain(self, *args: str) -> subprocess.CompletedProcess[str]:
        arguments = [args[0], "-c", str(self.config), *args[1:]]
        return warm.run(arguments, env=self.env, cwd=self.folder, timeout=60)

    # --- the runner -----------------------------------------------------------------------------

    def start(self, *args: str, out: IO[str] | None = None) -> Runner:
        """A runner, not yet ready, that writes to `out`, else to its log."""
        with (self.folder / "runner.log").open("a") as log:
            return warm.start(["run", "-c", str(self.config), *args], env=self.env, cwd=self.folder, out=out or log)

    @contextmanager
    def runner(self, *args: str) -> Iterator[Runner]:
        """A runner that is ready; killed at the end if it still lives."""
        process = self.start(*args)
        try:
            self.wait_for(lambda: self.answers(process.pid), "the runner answers on its socket")
            yield process
        finally:
            if process.poll() is None:
                process.kill()
            process.wait()

    def answers(self, pid: int) -> bool:
        answer = ask(self.state, "status", timeout=1)
        return answer is not None and answer.get("pid") == pid

    def log(self) -> str:
        path = self.folder / "runner.log"
        return path.read_text() if path.exists() else ""

    # --- what happened --------------------------------------------------------------------------

    def lines(self, first_word: str = "") -> list[list[str]]:
        if not self.journal.exists():
            return []
        rows = [line.split() for line in self.journal.read_text().splitlines()]
        return [row for row in rows if not first_word or row[0] == first_word]

    def history(self, *names: str) -> list[dict[str, Any]]:
        rows: list[dict[str, Any]] = self.cli("history", *names, "-n", "10000")
        return rows

    def wait_for(self, happened: Callable[[], T], what: str) -> T:
        """Look until `happened` says something true; fail with the runner's log if it never does."""
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline:
            result = happened()
            if result:
                return result
            time.sleep(0.02)
        raise AssertionError(f"waited {PATIENCE:.0f} s in vain: {what}\n{self.log()}")

    def wait_for_line(self, *words: str) -> list[str]:
        return self.wait_for(
            lambda: next((row for row in self.lines() if row[: len(words)] == list(words)), None), " ".join(words)
        )

    def wait_for_end(self, task: str, outcome: str | None = None) -> dict[str, Any]:
        """The newest ended run of the task."""
        self.wait_for(lambda: self._has_ended(task, outcome), f"a run of {task} has ended {outcome or ''}")
        rows = self.history(task)
        return next(row for row in rows if row["end_time"] and outcome in (None, row["outcome"]))

    def _has_ended(self, task: str, outcome: str | None) -> bool:
        """Asked of the state file itself: the program takes a hundred times as long to answer."""
        ended = "SELECT 1 FROM runs WHERE task = ? AND end_time NOT NULL AND outcome = coalesce(?, outcome)"
        try:
            with closing(sqlite3.connect(f"file:{self.state}?mode=ro", uri=True)) as state:
                return state.execute(ended, [task, outcome]).fetchone() is not None
        except sqlite3.OperationalError:  # there is none yet, or it has no tables yet
            return False


def is_gone(pid: int) -> bool:
    """Whether the process has ended (a zombie has)."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z"
    except OSError:
        return True


def signal_and_wait(process: Runner, number: signal.Signals, seconds: float = PATIENCE) -> int:
    process.send_signal(number)
    return process.wait(seconds)
