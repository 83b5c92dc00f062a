"""Installing a site as a service: what becomes of a unit file that is there, and what is told beforehand."""

from __future__ import annotations

import os
import pwd
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from linodctl.errors import UsageError
from linodctl.operations.service import SYSTEM_UNITS, Unit, Wish, install, plan
from linodctl.operations.service_user import User, owner_of, user_named
from linodctl.operations.site import Site
from linodctl.values import replace

MakeSite = Callable[[str], Site]

CONFIG = "site: demo & co\ndrain: 1m\nprocedures: {fine: {func: jobs.fine, every: never, grace: 20s}}\n"
MINE = Wish(for_user=True)


@pytest.fixture
def units(tmp_path: Path) -> Path:
    return tmp_path / "units"


def lines_of(unit: Unit, start: str) -> list[str]:
    return [line for line in unit.text.splitlines() if line.startswith(start)]


def test_install_again_changes_only_what_is_to_be_changed(make_site: MakeSite, units: Path) -> None:
    first = install(make_site(CONFIG), MINE, units)
    assert (first.change, first.path.name, first.path.read_text()) == (
        "written",
        "linodctl-demo-co.service",
        first.text,
    )
    assert oct(first.path.stat().st_mode & 0o777) == "0o644"
    assert first.commands == (
        "systemctl --user daemon-reload",
        "systemctl --user enable --now linodctl-demo-co",
        "loginctl enable-linger",
    )
    second = install(make_site(CONFIG), MINE, units)
    assert (second.change, second.difference) == ("unchanged", ())
    third = install(make_site(CONFIG.replace("1m", "2m")), MINE, units)
    assert (third.change, third.difference) == ("changed", ("-TimeoutStopSec=125", "+TimeoutStopSec=185"))
    assert third.commands == ("systemctl --user daemon-reload", "systemctl --user restart linodctl-demo-co")
    assert list(units.iterdir()) == [first.path], "no draft is left"


@pytest.mark.parametrize(
    "edit",
    [
        lambda text: text.replace("=10", "=1"),
        lambda _: "[Service]\nExecStart=/bin/true\n",
        lambda _: "\udcff not UTF-8",
    ],
)
def test_what_somebody_else_wrote_or_edited_stays(make_site: MakeSite, units: Path, edit: Callable[[str], str]) -> None:
    site = make_site(CONFIG)
    path = install(site, MINE, units).path
    path.write_bytes(os.fsencode(edit(path.read_text())))
    kept = path.read_bytes()
    with pytest.raises(UsageError, match="was written or edited by somebody else"):
        install(site, MINE, units)
    assert path.read_bytes() == kept
    assert install(site, replace(MINE, force=True), units).change == "changed"


def test_a_folder_that_can_not_be_written_is_told_with_two_ways_out(make_site: MakeSite, tmp_path: Path) -> None:
    (tmp_path / "units").write_text("a file")
    with pytest.raises(
        UsageError, match=r"can't be written: .*; be root \('sudo .* service install …'\), or .* --user"
    ):
        install(make_site(CONFIG), Wish(), tmp_path / "units")


def test_planning_writes_nothing(make_site: MakeSite) -> None:
    site = make_site(CONFIG)
    unit = plan(site, Wish(name="nightly.service"))
    assert unit.path == SYSTEM_UNITS / "nightly.service"
    assert not site.state.exists()


def test_the_command_is_absolute_and_says_what_was_typed(
    make_site: MakeSite, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = make_site(CONFIG).declaration.paths[0]
    monkeypatch.chdir(tmp_path)
    folder = Site(["."], "var/demo.db")
    unit = plan(folder, Wish(config=["."]))
    (start,) = lines_of(unit, "ExecStart=")
    assert start == f"ExecStart={sys.executable} -P -m linodctl run -c {tmp_path} --state {tmp_path}/var/demo.db"
    assert f"ReadWritePaths=-{tmp_path}/var" in unit.text
    found = plan(Site(environ={"HOME": "/nowhere", "LINODCTL_TRUST": "any"}), Wish())
    assert f"run -c {path}\n" in found.text and "Environment=LINODCTL_TRUST=any\n" in found.text
    by_variable = plan(Site(environ={"LINODCTL_CONFIG": "."}), Wish())
    assert f"run -c {tmp_path}\n" in by_variable.text


@pytest.mark.parametrize("name", ["", "a b", "../x", "-x", "x\n"])
def test_odd_names_are_refused(make_site: MakeSite, name: str) -> None:
    with pytest.raises(UsageError, match="--name"):
        plan(make_site(CONFIG), Wish(name=name))


# --- whose it is ----------------------------------------------------------------------------------


def test_the_owner_of_the_state_file_runs_it(make_site: MakeSite, tmp_path: Path) -> None:
    if os.getuid() != 0:
        pytest.skip("only root can give files away")
    site = make_site(CONFIG)
    assert lines_of(plan(site, Wish()), "User=") == []
    os.chown(tmp_path, pwd.getpwnam("daemon").pw_uid, -1)
    assert lines_of(plan(site, Wish()), "User=") == ["User=daemon"]
    site.state.touch()
    assert lines_of(plan(site, Wish()), "User=") == [], "the file itself counts more than its folder"
    assert lines_of(plan(site, Wish(run_as="daemon")), "User=") == ["User=daemon"]
    assert lines_of(plan(site, Wish(for_user=True)), "User=") == []
    others = make_site(CONFIG.replace("every: never", "every: never, user: bin"))
    os.chown(site.state, 1, -1)
    assert lines_of(plan(others, Wish()), "User=") == [], "nobody else than root can run tasks as others"


def test_a_user_who_is_not_there_is_refused(make_site: MakeSite) -> None:
    with pytest.raises(UsageError, match="--run-as: there is no user 'nobody-of-that-name'"):
        plan(make_site(CONFIG), Wish(run_as="nobody-of-that-name"))


def test_users_go_by_name_or_number() -> None:
    assert user_named("root") == user_named("0") == User(0, "root")
    assert owner_of(Path("/nowhere/at/all")) == owner_of(Path("/"))


def test_a_program_behind_a_closed_door_is_not_reached(tmp_path: Path) -> None:
    program = tmp_path / "venv" / "python"
    program.parent.mkdir()
    program.write_text("")
    program.chmod(0o755)
    stranger, owner = User(4711, "4711"), User(program.stat().st_uid, "me")
    for folder in tmp_path.parents:
        if folder.stat().st_mode & 0o001 == 0:
            assert not stranger.reaches(program)
            break
    assert owner.reaches(program)
    assert stranger.reaches(Path("/bin/sh"))
    program.parent.chmod(0o700)
    assert not stranger.reaches(program)


# --- what is told beforehand ----------------------------------------------------------------------


def told(site: Site, wish: Wish) -> str:
    return "\n".join(plan(site, wish).notes)


def test_variables_that_a_service_will_not_have(make_site: MakeSite, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DEMO_DSN", "secret")
    site = make_site(CONFIG + "env: {DSN: '${DEMO_DSN}', HOME_TOO: '${HOME}', OTHER: '${DEMO_UNSET:-x}'}\n")
    assert "takes DEMO_DSN from the environment" in told(site, MINE)
    assert "secret" not in plan(site, MINE).text


def test_tasks_that_need_root(make_site: MakeSite) -> None:
    site = make_site(CONFIG.replace("every: never", "every: never, user: bin, nice: -5"))
    assert "tasks run as bin ('user'), which takes a runner of root's: they will fail" in told(
        site, Wish(run_as="daemon")
    )
    assert "the runner will be root's, since tasks run as bin" in told(site, Wish())
    assert lines_of(plan(site, Wish(run_as="daemon")), "LimitNICE=") == ["LimitNICE=-5"]


def test_a_state_folder_that_is_not_there(make_site: MakeSite) -> None:
    assert "isn't there yet" in told(make_site(CONFIG + "state: var/lib/demo.db\n"), MINE)
    assert "isn't there yet" not in told(make_site(CONFIG), MINE)


def test_a_state_folder_that_the_user_can_not_write_to(make_site: MakeSite) -> None:
    site = make_site(CONFIG)
    site.state.parent.chmod(0o755)
    assert f"nobody can't write to the folder {site.state.parent}" in told(site, Wish(run_as="nobody"))
    assert "can't write" not in told(site, MINE)
