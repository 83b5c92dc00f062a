"""Servers that some peers need: each a child of the contender's process, in the contender's folder, gone with it."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from benchmarks.paths import program_path


def redis_socket(folder: Path) -> str:
    return str(folder / "redis.sock")


def start_redis(folder: Path) -> subprocess.Popen[bytes]:
    """As it is after an installation, but on a socket of its own; RuntimeError when it doesn't come up."""
    words = ["redis-server", "--port", "0", "--unixsocket", redis_socket(folder), "--dir", str(folder)]
    server = subprocess.Popen([program_path(words[0]) or words[0], *words[1:]], stdout=subprocess.DEVNULL)
    wait_until(lambda: Path(redis_socket(folder)).exists(), "redis-server")
    return server


@contextmanager
def redis(folder: Path) -> Iterator[str]:
    with ended(start_redis(folder)):
        yield redis_socket(folder)


@contextmanager
def postgres(folder: Path) -> Iterator[str]:
    """As it is after an installation, on a socket of its own. It refuses to run as root: then it runs as `postgres`."""
    data = folder / "data"
    data.mkdir()
    as_user: dict[str, Any] = {}
    if os.getuid() == 0:
        for place in (folder, data):
            shutil.chown(place, "postgres", "postgres")
        as_user = {"user": "postgres", "group": "postgres", "extra_groups": []}
    words = [program_path("initdb") or "initdb", "-D", str(data), "-U", "measured", "--auth", "trust"]
    subprocess.run(words, check=True, capture_output=True, cwd=folder, **as_user)
    words = [program_path("postgres") or "postgres", "-D", str(data), "-k", str(folder), "-c", "listen_addresses="]
    with ended(subprocess.Popen(words, stderr=subprocess.DEVNULL, cwd=folder, **as_user)):
        wait_until(
            lambda: (data / "postmaster.pid").exists() and "ready" in (data / "postmaster.pid").read_text(), "it"
        )
        yield f"host={folder} user=measured dbname=postgres"


@contextmanager
def ended(*processes: subprocess.Popen[bytes]) -> Iterator[None]:
    """TERM to these at the end, KILL ten seconds later."""
    try:
        yield
    finally:
        for process in processes:
            process.send_signal(signal.SIGTERM)
        for process in processes:
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


@contextmanager
def workers(words: Sequence[str], env: dict[str, str], number: int = 1) -> Iterator[None]:
    """So many processes of a peer's worker, silent."""
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    with ended(*(subprocess.Popen(words, env={**os.environ, **env}, **quiet) for _ in range(number))):  # type: ignore[call-overload]  # one spelling of two arguments
        yield


def wait_until(question: Callable[[], object], what: str, limit: float = 120, every: float = 0.02) -> None:
    """Until `question()` is true. RuntimeError after `limit` seconds."""
    end = time.monotonic() + limit
    while not question():
        if time.monotonic() > end:
            raise RuntimeError(f"{what}: not there after {limit:.0f} s")
        time.sleep(every)
