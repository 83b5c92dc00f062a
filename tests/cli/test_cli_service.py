"""`linodctl service install` as a person types it, and `linodctl health` as a monitor does."""

from __future__ import annotations

import sys

from cli_site import Site
from contract import MAYBE_TIME, Flag, MaybeNumber, Text, assert_shape

UNIT = {"path": Text, "unit": Text, "change": Text, "difference": (list,), "notes": (list,), "next": (list,)}
HEALTH = {
    "healthy": Flag,
    "verdict": Text,
    "text": Text,
    "pid": MaybeNumber,
    "heartbeat": MAYBE_TIME,
    "late": (list,),
}


def test_a_service_of_ones_own(site: Site) -> None:
    done = site.program("service", "install", "--user")
    unit = site.folder / "home" / ".config" / "systemd" / "user" / "linodctl-resting.service"
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines() == [
        f"{unit}: written",
        "next:",
        "  systemctl --user daemon-reload",
        "  systemctl --user enable --now linodctl-resting",
        "  loginctl enable-linger",
    ]
    (start,) = [line for line in unit.read_text().splitlines() if line.startswith("ExecStart=")]
    assert start == f"ExecStart={sys.executable} -P -m linodctl run -c {site.config}"
    printed = site.program("service", "install", "--user", "--print")
    assert printed.stdout == unit.read_text()
    assert_shape(site.cli("service", "install", "--user"), UNIT)
    unit.write_text("[Service]\n")
    refused = site.program("service", "install", "--user")
    assert refused.returncode == 2 and "was written or edited by somebody else" in refused.stderr


def test_the_health_of_a_site_without_a_runner(site: Site) -> None:
    assert_shape(site.cli("health", code=4), HEALTH)
    done = site.program("health", "--late", "5m", "-q")
    assert (done.returncode, done.stderr) == (4, "")
    assert done.stdout == "not healthy: no runner is alive; there has never been one\n"


def test_the_health_of_a_site_with_one(alive: Site) -> None:
    found = alive.cli("health", "--late", "5m")
    assert_shape(found, HEALTH)
    assert found["healthy"] and found["heartbeat"]
    assert alive.program("health", "-q").stdout == ""
