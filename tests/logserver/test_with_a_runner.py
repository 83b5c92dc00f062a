"""The site's log of a real runner: its own lines, those of its workers, and those of any other process of the site."""

from __future__ import annotations

import json
import re
import signal
import subprocess
import sys
from pathlib import Path

from sites import SiteFolder, signal_and_wait

CONFIG = """
site: demo
timezone: Europe/Tallinn
log: {file: site.log%s}
setup: jobs.start
procedures:
  a: {func: jobs.chatty, every: never}
  b: {func: jobs.chatty, every: never, isolation: thread}
"""
JOBS = """
import logging, logging.config

def start():
    logging.config.dictConfig({
        "version": 1,
        "disable_existing_loggers": False,
        "handlers": {"site": {"class": "linodctl.logserver.Handler"}},
        "loggers": {"app": {"level": "INFO", "handlers": ["site"]}},
    })
    logging.getLogger("app").info("set up")

def chatty():
    for number in range(500):
        logging.getLogger("app").info("line %d", number)
"""

CLIENT = """
import sys
from jobs import start
import logging
start()
for line in sys.stdin:
    logging.getLogger("app").warning(line.strip())
    print("logged", flush=True)
"""


def site_in(folder: Path, options: str = "") -> SiteFolder:
    site = SiteFolder(folder, CONFIG % options)
    (folder / "jobs.py").write_text(JOBS)
    return site


def log_of(folder: Path) -> str:
    return (folder / "site.log").read_text()


def test_workers_log_into_the_log_of_their_own_site(tmp_path: Path) -> None:
    site = site_in(tmp_path)
    with site.runner() as runner:
        site.cli("trigger", "a", "--wait")
        assert "hang" not in site.log()  # the thread of the handler in the zygote is no danger
        assert signal_and_wait(runner, signal.SIGTERM) == 0
    lines = log_of(tmp_path).splitlines()
    said = [line for line in lines if " app[" in line]
    assert [line.partition("]: ")[2] for line in said] == ["set up", *(f"line {n}" for n in range(500))]
    assert all(re.match(r"20..-..-.. ..:..:..\.\d{3}\+0[23]:00 INFO     app\[\d+\]: ", line) for line in said)
    assert any(line.endswith(" a: run 1 started (request)") for line in lines)
    # The runner's own lines are on stderr too, for whoever looks; those of others are not.
    assert "runner of site demo started" in site.log() and "app[" not in site.log()


def test_a_client_outlives_the_runner(tmp_path: Path) -> None:
    site = site_in(tmp_path, ", format: json")
    site.env.pop("PYTHONWARNINGS")
    client = subprocess.Popen(
        [sys.executable, "-c", CLIENT],
        cwd=tmp_path,
        env=site.env | {"PYTHONPATH": str(tmp_path)},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )

    def log(text: str) -> None:
        assert client.stdin is not None and client.stdout is not None
        client.stdin.write(text + "\n")
        client.stdin.flush()
        assert client.stdout.readline() == "logged\n"

    log("before any runner")
    with site.runner() as runner:
        site.wait_for(lambda: "before any runner" in log_of(tmp_path), "what waited has arrived")
        log("with the first")
        site.wait_for(lambda: "with the first" in log_of(tmp_path), "the record has arrived")
        runner.kill()
    log("without")
    with site.runner() as runner:
        _, errors = client.communicate("with the second\n")
        assert signal_and_wait(runner, signal.SIGTERM) == 0
    assert errors == ""
    entries = [json.loads(line) for line in log_of(tmp_path).splitlines()]
    texts = ["set up", "before any runner", "with the first", "without", "with the second"]
    assert [entry["message"] for entry in entries if entry["logger"] == "app" and entry["pid"] == client.pid] == texts
    ours = [entry for entry in entries if entry["event"] == "RunnerStarted"]
    assert len(ours) == 2 and ours[0]["logger"] == "linodctl" and ours[0]["pid"] != client.pid
