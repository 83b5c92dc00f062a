"""A runner that is scraped: its counters go on after a restart, and a reload moves the server."""

from __future__ import annotations

import re
import signal
import socket
from collections.abc import Callable
from urllib.request import urlopen

from sites import PATIENCE, SiteFolder, signal_and_wait

CONFIG = "metrics: {{listen: '127.0.0.1:{}'}}\nprocedures: {{quick: {{func: jobs.quick, every: never}}}}\n"


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port: int = taken.getsockname()[1]
    return port


def runs(port: int) -> float:
    """How many runs are said to have succeeded; -1 if nobody answers."""
    try:
        with urlopen(f"http://127.0.0.1:{port}/metrics", timeout=PATIENCE) as answer:
            text = answer.read().decode()
    except OSError:
        return -1
    (count,) = re.findall(r'linodctl_runs_total{outcome="succeeded",.*task="quick"} (\S+)', text)
    return float(count)


def test_counters_survive_a_restart_and_a_reload_moves_the_server(make_site: Callable[[str], SiteFolder]) -> None:
    first, second = free_port(), free_port()
    site = make_site(CONFIG.format(first))
    with site.runner() as runner:
        site.cli("trigger", "quick", "--wait")
        site.wait_for(lambda: runs(first) == 1, "the run is told")
        signal_and_wait(runner, signal.SIGKILL)
    assert runs(first) == -1
    with site.runner():
        site.wait_for(lambda: runs(first) == 1, "it is still told")
        site.config.write_text(CONFIG.format(second))
        site.cli("reload")
        site.wait_for(lambda: runs(second) == 1 and runs(first) == -1, "the server has moved")
    assert "Traceback" not in site.log() and "ERROR" not in site.log()
