"""`linodctl logs`: searching what runs said, and the site's log."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from cli_site import Site, with_home_of_its_own

CONFIG = """
timezone: Europe/Tallinn
log: {file: site.log}
procedures:
  talks: {func: chatter.talks, every: never}
"""
CHATTER = """
def talks(ar):
    for number in range(20):
        ar.info("Order %d shipped", number)
    ar.warning("order 21 is late (3 days)")
"""
LOG = """\
2026-01-01 10:00:00.000+02:00 INFO     talks: run 1 started (request)
2026-01-02 10:00:00.000+02:00 ERROR    web.orders[77]: order 21 failed
    Traceback (most recent call last):
    KeyError: 'price'
2026-01-03 10:00:00.000+02:00 INFO     web.orders[77]: order 22 \\x1b[31m
"""


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    folder = tmp_path_factory.mktemp("site")
    site = with_home_of_its_own(Site(folder, CONFIG))
    (folder / "chatter.py").write_text(CHATTER)
    site.cli("trigger", "talks", "--here")
    (folder / "site.log").write_text(LOG)
    yield site


def texts(site: Site, *args: str) -> list[str]:
    return [row.get("text") or row["message"] for row in site.cli("logs", *args)]


def test_by_text_in_any_case(site: Site) -> None:
    assert texts(site, "talks", "--grep", r"order 1?2\b") == ["Order 2 shipped", "Order 12 shipped"]
    assert texts(site, "--grep", "ORDER", "-n", "1") == ["order 21 is late (3 days)"]
    assert texts(site, "--grep", "order", "--level", "WARNING") == ["order 21 is late (3 days)"]
    assert texts(site, "1", "--grep", r"\(3") == ["order 21 is late (3 days)"]
    assert texts(site, "--grep", "nothing of the kind") == []


def test_by_time(site: Site) -> None:
    assert len(texts(site, "--since", "1h ago")) == len(texts(site, "--since", "1h")) == 21
    assert texts(site, "--since", "2100-01-01") == []
    assert texts(site, "talks", "--since", "2100-01-01", "--grep", "order") == []


def test_a_pattern_that_is_none(site: Site) -> None:
    done = site.plain("logs", "--grep", "(3")
    assert done.returncode == 2
    assert "not a regular expression: missing ), unterminated subpattern at position 0" in done.stderr


def test_the_sites_log(site: Site) -> None:
    assert site.plain("logs", "--site").stdout == LOG
    assert texts(site, "--site", "--level", "ERROR") == ["order 21 failed"]
    assert texts(site, "--site", "--grep", "keyerror") == ["order 21 failed"]
    assert texts(site, "--site", "--since", "2026-01-03") == ["order 22 \\x1b[31m"]
    assert texts(site, "--site", "-n", "2", "--grep", "order") == ["order 21 failed", "order 22 \\x1b[31m"]
    assert site.cli("logs", "--site", "--level", "ERROR") == [
        {
            "time": "2026-01-02T10:00:00+02:00",
            "level": "ERROR",
            "logger": "web.orders",
            "pid": 77,
            "process": "",
            "event": None,
            "message": "order 21 failed",
            "details": "Traceback (most recent call last):\nKeyError: 'price'",
        }
    ]


def test_what_cannot_be_meant(site: Site, tmp_path: Path) -> None:
    assert "leave the task out" in site.plain("logs", "--site", "talks").stderr
    none = Site(tmp_path, "procedures: {a: {func: jobs.quick, every: never}}\n")
    done = none.plain("logs", "--site")
    assert done.returncode == 2 and "the site has no log file" in done.stderr


def test_following_the_sites_log(site: Site) -> None:
    """What the runner says there, as it says it."""
    follower = subprocess.Popen(
        site.command("logs", "--site", "-f", "-n", "1", "--grep", "order|stopp"),
        env=site.env,
        cwd=site.folder,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert follower.stdout is not None
        assert follower.stdout.readline().endswith("order 22 \\x1b[31m\n")
        assert site.plain("run", "--once").returncode == 0
        assert follower.stdout.readline().endswith("stopping: the pass is done\n")
        assert follower.stdout.readline().endswith("runner stopped: the pass is done\n")
    finally:
        follower.kill()
        follower.communicate()


def test_following_runs_by_their_text(site: Site) -> None:
    run = site.cli("history", "talks", "-n", "1")[0]["run_id"]
    done = site.plain("logs", str(run), "-f", "--grep", "late")
    assert [line.partition("WARNING  ")[2] for line in done.stdout.splitlines()[1:]] == ["order 21 is late (3 days)"]
