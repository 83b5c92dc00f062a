"""Root runs nothing that others can change; a user is warned. With the installed program, as root and as nobody."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from sites import SiteFolder, signal_and_wait

NOBODY = 65534
CONFIG = """
pythonpath: [code]
env_file: site.env
include: [more/*.yaml]
procedures: {a: {func: jobs.quick, every: never}}
"""
SAYS = "everybody can change this, and so what root will run"

pytestmark = pytest.mark.skipif(os.geteuid() != 0, reason="needs root and a second user")


@pytest.fixture
def site() -> Iterator[SiteFolder]:
    """A site in a folder that everybody can enter."""
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        place.chmod(0o755)
        site = SiteFolder(place, CONFIG)
        (place / "code").mkdir()
        shutil.move(place / "jobs.py", place / "code/jobs.py")
        (place / "more").mkdir()
        (place / "more/b.yaml").write_text("procedures: {b: {func: jobs.quick, every: never}}")
        (place / "site.env").write_text("X=1\n")
        yield site


PLACES = ["linodctl.yaml", "site.env", "more/b.yaml", "more", "code", "code/jobs.py", ".", "linodctl.db"]


def test_what_is_roots_alone_is_run(site: SiteFolder) -> None:
    assert site.plain("run", "--once").returncode == 0
    done = site.plain("check")
    assert (done.returncode, done.stdout) == (0, "")


@pytest.mark.parametrize("culprit", PLACES)
def test_root_runs_nothing_that_everybody_can_change(site: SiteFolder, culprit: str) -> None:
    if culprit == "linodctl.db":
        site.cli("reset", "a")
    (site.folder / culprit).chmod(0o777)
    for command in ("run --once", "trigger a --here", "check"):
        done = site.plain(*command.split())
        assert done.returncode == 2, command
        lines = (done.stdout if command == "check" else done.stderr).splitlines()
        assert lines[0].startswith(f"{culprit}: {SAYS}: 'chmod go-w "), lines
        assert "Traceback" not in done.stderr
    assert site.lines() == []
    assert site.plain("list").returncode == 0, "looking runs no code"
    site.env["LINODCTL_TRUST"] = "any"
    assert site.plain("trigger", "a", "--here").returncode == 0


def test_root_runs_nothing_of_somebody_else_unless_told_to(site: SiteFolder) -> None:
    os.chown(site.config, NOBODY, -1)
    done = site.plain("trigger", "a", "--here")
    assert done.returncode == 2 and ": user nobody can change this" in done.stderr
    site.env["LINODCTL_TRUST"] = "nobody"
    assert site.plain("trigger", "a", "--here").returncode == 0


def test_a_reload_insists_too(site: SiteFolder) -> None:
    with site.runner() as runner:
        site.config.chmod(0o666)
        runner.send_signal(signal.SIGHUP)
        site.wait_for(lambda: "the new config has problems, the old one goes on" in site.log(), "the refusal")
        assert SAYS in site.log()
        site.config.chmod(0o644)
        runner.send_signal(signal.SIGHUP)
        site.wait_for(lambda: "config reloaded" in site.log(), "a reload")
        assert signal_and_wait(runner, signal.SIGTERM) == 0


AS_A_USER = "import os, sys; os.geteuid = lambda: 65534; from linodctl.cli import main; sys.exit(main())"
"""The interpreter may be where only root can go, so that nobody can't start it."""


def as_nobody(site: SiteFolder, *args: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", AS_A_USER, *args]
    return subprocess.run(command, env=site.env, cwd=site.folder, capture_output=True, text=True)


def test_a_user_is_warned(site: SiteFolder) -> None:
    for path in [site.folder, *site.folder.rglob("*")]:
        os.chown(path, NOBODY, NOBODY)
    site.config.chmod(0o666)
    says = "linodctl.yaml: warning: everybody can change this, and so what you will run: 'chmod go-w "
    run, checked = as_nobody(site, "run", "--once"), as_nobody(site, "check")
    assert run.returncode == checked.returncode == 0, run.stderr + checked.stderr
    assert run.stderr.splitlines()[0].startswith(says)
    assert checked.stdout.startswith(says) and len(checked.stdout.splitlines()) == 1
