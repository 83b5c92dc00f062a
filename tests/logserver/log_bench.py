"""Log servers and clients as real processes, and what is in the log afterwards."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC
from pathlib import Path

from linodctl.config import LogConfig
from linodctl.domain import LogLevel
from linodctl.logserver.server import LogServer
from linodctl.logserver.site_log import SiteLog

PATIENCE = 30.0
"""Seconds after which something that should have happened is said not to happen."""

SERVER = """
import sys
from pathlib import Path
sys.path.append(sys.argv[2])
from log_bench import serve
with serve(Path(sys.argv[1])):
    print("ready", flush=True)
    sys.stdin.read()
"""

CLIENT = """
import logging, logging.config, sys
logging.config.dictConfig({
    "version": 1,
    "handlers": {"site": {"class": "linodctl.logserver.Handler"}},
    "root": {"level": "INFO", "handlers": ["site"]},
})
log = logging.getLogger("client")
"""


def log_config(folder: Path, rotate_bytes: int = 10**9, keep: int = 5, format: str = "text") -> LogConfig:
    return LogConfig(folder / "site.log", LogLevel.INFO, format, rotate_bytes, keep)


@contextmanager
def serve(folder: Path, config: LogConfig | None = None) -> Iterator[LogServer]:
    """A log server in this process."""
    log = SiteLog(config or log_config(folder), UTC)
    server = LogServer(folder / "log.sock", log.take)
    server.open()
    try:
        yield server
    finally:
        server.close()
        log.close()


def start_server(folder: Path) -> subprocess.Popen[str]:
    """A log server in a process of its own, ready; it ends when its stdin does."""
    server = subprocess.Popen(
        [sys.executable, "-c", SERVER, str(folder), str(Path(__file__).parent)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert server.stdout is not None and server.stdout.readline() == "ready\n"
    return server


def start_client(folder: Path, code: str, **environ: str) -> subprocess.Popen[str]:
    """A process that has the handler installed, with `log`, and runs `code`."""
    return subprocess.Popen(
        [sys.executable, "-c", CLIENT + code],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        cwd=folder,
        env={"LINODCTL_LOG_SOCKET": str(folder / "log.sock"), "PYTHONWARNINGS": "error"} | environ,
    )


def outcome(client: subprocess.Popen[str]) -> str:
    """What the client said on stderr; asserts that it ended well."""
    _, errors = client.communicate(timeout=PATIENCE)
    assert client.returncode == 0, errors
    return errors


def messages(folder: Path) -> list[str]:
    """The messages of the log's entries, oldest first, rotated files included."""
    numbered = sorted(folder.glob("site.log.*"), key=lambda path: int(path.suffix[1:]), reverse=True)
    return [
        line.partition("]: ")[2]
        for path in [*numbered, folder / "site.log"]
        if path.exists()
        for line in path.read_text().splitlines()
    ]


def wait_for(happened: Callable[[], object], what: str) -> None:
    deadline = time.monotonic() + PATIENCE
    while not happened():
        assert time.monotonic() < deadline, f"waited {PATIENCE:.0f} s in vain: {what}"
        time.sleep(0.005)
