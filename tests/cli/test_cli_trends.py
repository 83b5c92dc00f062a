"""How tasks have been doing of late, as `list`, `show` and `status` tell it."""

from __future__ import annotations

import io
import json
import re
import sys
from datetime import UTC, datetime, timedelta

import pytest
from cli_site import Site, with_home_of_its_own

from linodctl.cli.failures import guarded
from linodctl.cli.program import program
from linodctl.domain import Launch, Outcome, Policy, Result, Task, TaskState, Trigger
from linodctl.planning import Start
from linodctl.recurrence import parse_recurrence
from linodctl.store import open_store

CONFIG = """
site: trends
timezone: UTC
procedures:
  steady: {func: json.dumps, every: 1 minute}
  new: {func: json.dumps, every: never}
"""
NOW = datetime.now(UTC)


@pytest.fixture
def site(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Site:
    """A task whose runs take 55 s of its minute; the latest one goes on for far longer."""
    site = with_home_of_its_own(Site(tmp_path_factory.mktemp("trends"), CONFIG))
    monkeypatch.setenv("HOME", site.env["HOME"])
    monkeypatch.chdir(site.folder)
    task = Task(
        1, "steady", "steady", parse_recurrence({"every": "1 minute"}, name="steady", zone="UTC"), Policy(), Launch("")
    )
    outcomes = [Outcome.SUCCEEDED] * 10 + [Outcome.FAILED, Outcome.SUCCEEDED]
    with open_store(site.state) as store, store.transaction() as ledger:
        ledger.save(TaskState("steady"))
        for number, outcome in enumerate(outcomes):
            slot = NOW - timedelta(hours=2, minutes=-number)
            run_id = ledger.start(Start(1, task, Trigger.SCHEDULE, slot, slot, slot=slot), host="here")
            ledger.end(run_id, Result(outcome), slot + timedelta(seconds=55))
        slot = NOW - timedelta(hours=1)
        ledger.start(Start(1, task, Trigger.SCHEDULE, slot, slot, slot=slot), host="here")
    return site


def asked(capsys: pytest.CaptureFixture[str], *args: str) -> str:
    assert guarded(program, args) in (0, 4)
    return capsys.readouterr().out


def test_as_json(site: Site, capsys: pytest.CaptureFixture[str]) -> None:
    steady, new = json.loads(asked(capsys, "list", "--json"))
    assert steady["trend"] == ["succeeded"] * 8 + ["failed", "succeeded"]
    assert (steady["last_duration"], steady["usual_duration"]) == (55, 55)
    assert steady["warnings"] == [
        "takes far longer than usual (55 seconds)",
        "usually takes 92% of the 1 minute between two slots",
    ]
    assert (new["trend"], new["last_duration"], new["usual_duration"], new["warnings"]) == ([], None, None, [])
    shown = json.loads(asked(capsys, "show", "steady", "--json"))
    assert all(shown[key] == steady[key] for key in ("trend", "last_duration", "usual_duration", "warnings"))
    (running,) = json.loads(asked(capsys, "status", "--json"))["running"]
    assert running["usual_duration"] == 55


def test_for_people(site: Site, capsys: pytest.CaptureFixture[str]) -> None:
    head, steady, *_ = asked(capsys, "list").splitlines()
    assert head.endswith("trend") and steady.endswith("✓✓✓✓✓✓✓✓✗✓")
    assert "; takes far longer than usual (55 seconds); usually takes 92% of the 1 minute" in steady
    page = asked(capsys, "show", "steady")
    for line in (
        "warning       takes far longer than usual (55 seconds)",
        "trend         ✓✓✓✓✓✓✓✓✗✓",
        "              ✓ succeeded, ✗ failed",
        "last took     55 s",
        "usually takes 55 s",
    ):
        assert f"  {line}\n" in page
    assert "trend" not in asked(capsys, "show", "new")
    assert re.search(r"running +steady: run 13 since .*, far longer than usual \(55 s\)\n", asked(capsys, "status"))


def test_where_the_terminal_knows_no_check_mark(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    plain = io.TextIOWrapper(io.BytesIO(), encoding="ascii")
    monkeypatch.setattr(sys, "stdout", plain)
    assert guarded(program, ["list"]) == 0
    plain.seek(0)
    assert "++++++++x+\n" in plain.read()


@pytest.mark.parametrize("width", [80, 100])
def test_a_narrow_terminal_keeps_the_marks_in_one_line(
    site: Site, width: int, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("COLUMNS", str(width))
    monkeypatch.setattr("linodctl.cli.call.Call.on_terminal", True)
    shown = asked(capsys, "list", "--no-color")
    assert max(map(len, shown.splitlines())) <= width
    assert "✓✓✓✓✓✓✓✓✗✓" in shown
    assert "disabled" not in shown, "a column that says nothing takes no room"
