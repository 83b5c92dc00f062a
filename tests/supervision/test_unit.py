"""What the unit says, and that paths and names of any kind arrive in it as they are."""

from __future__ import annotations

import subprocess
from datetime import timedelta
from pathlib import Path

import pytest

from linodctl.errors import UsageError
from linodctl.supervision.unit import Service, is_untouched, quoted, unit_text

SITE = Service(
    name="linodctl-demo",
    site="demo",
    program=("/srv/demo/venv/bin/python", "-P", "-m", "linodctl"),
    options=("-c", "/etc/demo/linodctl.yaml"),
    stop_within=timedelta(seconds=85),
    writes=(Path("/var/lib/demo"), Path("/var/log/demo"), Path("/var/lib/demo")),
    mounts=(Path("/srv/demo/venv/bin/python"), Path("/etc/demo/linodctl.yaml"), Path("/var/lib/demo")),
    user="demo",
)


def changed(**facts: object) -> Service:
    return Service(**{**{name: getattr(SITE, name) for name in Service.__slots__}, **facts})  # type: ignore[arg-type]


def settings(service: Service) -> dict[str, str]:
    """The last value of each setting."""
    lines = [line for line in unit_text(service).splitlines() if "=" in line and not line.startswith("#")]
    return dict(line.split("=", 1) for line in lines)


@pytest.mark.parametrize(
    ("setting", "value"),
    [
        ("Type", "notify"),
        ("ExecStart", "/srv/demo/venv/bin/python -P -m linodctl run -c /etc/demo/linodctl.yaml"),
        ("ExecReload", "/srv/demo/venv/bin/python -P -m linodctl reload -c /etc/demo/linodctl.yaml"),
        ("User", "demo"),
        ("Restart", "on-failure"),
        ("StartLimitIntervalSec", "0"),
        ("KillMode", "mixed"),
        ("TimeoutStartSec", "600"),
        ("TimeoutStopSec", "85"),
        ("WatchdogSec", "300"),
        ("OOMPolicy", "continue"),
        ("NoNewPrivileges", "yes"),
        ("CapabilityBoundingSet", ""),
        ("ProtectSystem", "full"),
        ("ReadWritePaths", "-/var/lib/demo -/var/log/demo"),
        ("RequiresMountsFor", "/srv/demo/venv/bin/python /etc/demo/linodctl.yaml /var/lib/demo"),
        ("WantedBy", "multi-user.target"),
    ],
)
def test_what_the_unit_promises(setting: str, value: str) -> None:
    assert settings(SITE)[setting] == value


def test_root_keeps_the_rights_by_which_it_becomes_others() -> None:
    assert {"User", "CapabilityBoundingSet"}.isdisjoint(settings(changed(user=None)))


def test_a_users_own_service_asks_for_nothing_that_only_root_can_give() -> None:
    own = settings(changed(user=None, for_user=True))
    assert own["WantedBy"] == "default.target"
    of_root = ("Protect", "ReadWrite", "User", "Capability", "After", "Requires")
    assert not any(name.startswith(of_root) for name in own)
    assert "systemctl --user edit linodctl-demo" in unit_text(changed(for_user=True))


def test_what_a_task_and_the_site_ask_for() -> None:
    asked = settings(changed(least_nice=-5, environment={"LINODCTL_TRUST": "1000, deploy"}))
    assert asked["LimitNICE"] == "-5"
    assert asked["Environment"] == '"LINODCTL_TRUST=1000, deploy"'


@pytest.mark.parametrize(
    ("text", "word", "in_command"),
    [
        ("/srv/a-b_c.d", "/srv/a-b_c.d", "/srv/a-b_c.d"),
        ("/srv/my site", '"/srv/my site"', '"/srv/my site"'),
        ("/srv/100%", "/srv/100%%", "/srv/100%%"),
        ("/srv/$HOME", '"/srv/$HOME"', '"/srv/$$HOME"'),
        ("/srv/näin", '"/srv/näin"', '"/srv/näin"'),
        ("/srv/a;b #c", '"/srv/a;b #c"', '"/srv/a;b #c"'),
    ],
)
def test_words_arrive_as_they_are(text: str, word: str, in_command: str) -> None:
    assert quoted(text) == word
    assert quoted(text, expands=True) == in_command


@pytest.mark.parametrize("text", ["/a\nExecStart=/bin/sh", '/a"b', "/a'b", "/a\\b", "/a\x00", "/a\x1b[2J", "/a\udcff"])
def test_what_can_not_be_expressed_is_refused(text: str) -> None:
    with pytest.raises(UsageError, match="can't express: rename it") as refused:
        unit_text(changed(writes=(Path(text),)))
    assert str(refused.value).isprintable()


def test_edits_show() -> None:
    text = unit_text(SITE)
    assert is_untouched(text)
    assert not is_untouched(text.replace("RestartSec=10", "RestartSec=1"))
    assert not is_untouched(text + "\n")
    assert not is_untouched("")
    assert not is_untouched("[Service]\nExecStart=/bin/true\n")


@pytest.mark.parametrize("for_user", [False, True], ids=["system", "user"])
def test_systemd_understands_it(for_user: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """With a program that is there, a path with a blank, a sign of systemd's own, and one of another alphabet."""
    folder = tmp_path / "määr 100% $HOME"
    folder.mkdir()
    unit = tmp_path / "linodctl-demo.service"
    facts = changed(
        program=("/bin/true", "-P"),
        options=("-c", str(folder)),
        writes=(folder,),
        mounts=(folder,),
        user=None if for_user else "root",
        for_user=for_user,
        least_nice=-5,
    )
    unit.write_text(unit_text(facts), encoding="utf-8")
    command = ["systemd-analyze", "verify", "--man=no", *(["--user"] if for_user else []), str(unit)]
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=False)
    except FileNotFoundError:
        pytest.skip("systemd-analyze is not installed")
    complaints = [line for line in done.stderr.splitlines() if unit.name in line]
    assert (done.returncode, complaints) == (0, [])
