"""Secrets: from env files and under keys that say so; masked wherever linodctl itself shows or writes something."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from cli_site import Site, with_home_of_its_own

SECRETS = ("hunter2!", "s3cr3t-from-file", "plainword", "deep-one", "url-pass", "argsecret1")

CONFIG = """
env_file: site.env
log: {file: site.log}
procedures:
  shows:
    func: leaks.fails
    every: never
    description: from ${VAULT_ID}
    args: {password: hunter2!, nested: {api_key: [deep-one], user: ann}, url: "postgres://ann:url-pass@db/x"}
    env: {TOKEN: "${API_TOKEN}", WHERE: "id ${VAULT_ID}", MODE: open}
"""

JOBS = """
import os

def fails(password, nested, url):
    raise ValueError(f"{password} {os.environ['VAULT_ID']} {os.environ['API_TOKEN']} {nested['api_key'][0]} {url} ann")
"""

pytestmark = pytest.mark.usefixtures("site")


@pytest.fixture
def site(tmp_path: Path) -> Site:
    site = with_home_of_its_own(Site(tmp_path, CONFIG))
    (tmp_path / "leaks.py").write_text(JOBS)
    (tmp_path / "site.env").write_text("VAULT_ID=s3cr3t-from-file\nAPI_TOKEN=plainword\n")
    return site


def assert_masked(text: str) -> None:
    assert not [secret for secret in SECRETS if secret in text], text


@pytest.mark.parametrize("more", [(), ("--json",)])
def test_show(site: Site, more: tuple[str, ...]) -> None:
    shown = site.program("show", "shows", *more).stdout
    assert_masked(shown)
    assert shown.count("***") >= 5
    assert all(word in shown for word in ("ann", "open", "id ***", "postgres://ann:***@db/x"))


@pytest.mark.parametrize("more", [(), ("--json",)])
def test_what_set_answers(site: Site, more: tuple[str, ...]) -> None:
    args = '{password: argsecret1, nested: {}, url: "id s3cr3t-from-file"}'
    shown = site.program("set", "shows", f"args={args}", *more).stdout
    assert "args" in shown
    assert_masked(shown)
    assert_masked(site.program("show", "shows", *more).stdout)


def test_a_request(site: Site) -> None:
    done = [
        site.program("trigger", "shows", "--arg", "password=argsecret1", "--json"),
        site.program("status", "--json"),
    ]
    assert json.loads(done[1].stdout)["requested"][0]["args"] == {"password": "***"}
    assert_masked("".join(each.stdout + each.stderr for each in done))


def test_the_log_of_the_runner(site: Site) -> None:
    site.program("trigger", "shows")
    done = site.program("run", "--once")
    log = (site.folder / "site.log").read_text()
    assert "shows: run 1 failed" in log and "ValueError: *** *** *** *** postgres://ann:***@db/x ann" in log
    assert_masked(log + done.stdout + done.stderr)


def test_what_a_run_says_is_the_users_own(site: Site) -> None:
    site.program("trigger", "shows", "--here")
    assert "hunter2! s3cr3t-from-file" in site.cli("history")[0]["error"]


@pytest.mark.parametrize(
    "line",
    [
        "tasks: {shows: {timeout: '${VAULT_ID}'}}",
        "tasks: {shows: {retries: {password: hunter2!}}}",
        "procedures: {password: hunter2!}",
        "tasks: {shows: {every: 'day at ${VAULT_ID}'}}",
        "tasks: {shows: {run_after: ['${VAULT_ID}']}}",
        "include: ['${VAULT_ID}']",
        "timezone: ${VAULT_ID}",
        "max_parallel: ${API_TOKEN}",
    ],
)
def test_problems(site: Site, line: str) -> None:
    (site.folder / "more.yaml").write_text(line)
    done = site.program("check", "-c", "linodctl.yaml", "-c", "more.yaml")
    assert done.returncode == 2 and done.stdout
    assert_masked(done.stdout + done.stderr)


BUGGY = """
import sys, linodctl.operations.lists
from linodctl.cli import main

def tasks(site):
    site.loaded
    raise RuntimeError("bug: hunter2! s3cr3t-from-file password=argsecret1 postgres://ann:url-pass@db/x")

linodctl.operations.lists.tasks = tasks
sys.exit(main())
"""


def test_the_report_of_a_bug(site: Site) -> None:
    command = [sys.executable, "-c", BUGGY, "list", "--state", "x?password=argsecret1"]
    done = subprocess.run(
        command, env={**site.env, "TMPDIR": str(site.folder)}, cwd=site.folder, capture_output=True, text=True
    )
    assert done.returncode == 70, done.stderr
    (report,) = site.folder.glob("linodctl-bug-*.txt")
    assert "RuntimeError: bug: *** *** password=*** postgres://ann:***@db/x" in report.read_text()
    assert "bug: *** ***" in done.stderr
    assert_masked(report.read_text() + done.stderr)


def test_what_was_typed_wrong(site: Site) -> None:
    for args in (["set", "shows", "args={password: argsecret1"], ["trigger", "shows", "--arg", "password argsecret1="]):
        done = site.program(*args)
        assert done.returncode in (0, 2)
    assert "argsecret1" not in site.program("set", "shows", "args={password: argsecret1").stderr


def test_the_cache_keeps_nothing_of_an_env_file(site: Site) -> None:
    site.program("list")
    kept = [path.read_text() for path in (site.folder / "home").rglob("*") if path.is_file()]
    assert not any("s3cr3t-from-file" in text for text in kept)
    assert os.path.isdir(site.folder / "home")
