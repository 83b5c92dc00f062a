"""What people see of a run that hung, and what a run that outlives the runner doesn't hold."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable
from pathlib import Path

import pytest
from sites import SiteFolder, is_gone

MakeSite = Callable[[str], SiteFolder]


def test_show_logs_and_history_tell_where_a_run_hung(make_site: MakeSite) -> None:
    site = make_site("procedures: {hangs: {func: jobs.polite_at_first, every: never, timeout: 1s, grace: 1s}}")
    with site.runner():
        site.cli("trigger", "hangs")
        run = site.wait_for_end("hangs", "timed_out")
    assert "in polite_at_first" in run["error"]
    page = site.plain("show", "hangs").stdout
    assert "timed out: ran longer than its timeout of 1s" in page and "in polite_at_first" in page
    log = site.plain("logs", "hangs").stdout
    assert "these are its stacks" in log and "in polite_at_first" in log


@pytest.mark.parametrize("isolation", ["process", "thread"])
def test_a_runner_can_start_again_at_once_though_a_daemon_of_a_run_lives(make_site: MakeSite, isolation: str) -> None:
    site = make_site(f"procedures: {{spawns: {{func: jobs.leaves_a_daemon, every: never, isolation: {isolation}}}}}")
    with site.runner() as runner:
        site.cli("trigger", "spawns", "--wait")
        daemon = int(site.wait_for_line("daemon")[1])
        files = [os.readlink(fd) for fd in Path(f"/proc/{daemon}/fd").iterdir()]
        held = [file for file in files if file.startswith(str(site.state)) and not file.endswith(("-wal", "-shm"))]
        assert not any(file.endswith((".lock", ".sock")) for file in held), files
        if isolation == "process":
            assert held == []
        runner.kill()
        runner.wait()
    try:
        assert not is_gone(daemon)
        with site.runner():
            assert site.cli("trigger", "spawns", "--wait")[0]["outcome"] == "succeeded"
        assert not is_gone(daemon), "what left the session of a run that ended well goes on"
    finally:
        for _, pid in site.lines("daemon"):
            os.kill(int(pid), signal.SIGKILL)
