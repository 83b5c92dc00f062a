"""`linodctl metrics`: text, file and JSON; and what `check` says of how metrics are served."""

from __future__ import annotations

import json
import os
import stat
import sys

import pytest
from cli_site import Site

from linodctl.cli.failures import guarded
from linodctl.cli.program import program

LISTEN = "metrics: {listen: '127.0.0.1:9464'}\n"
MISSING = "telling metrics needs the extra 'metrics': pip install 'linodctl[metrics]'"


@pytest.fixture
def asked(site: Site, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]):  # type: ignore[no-untyped-def]  # a function, in one place
    """Calls the program in this process; what it printed."""
    monkeypatch.chdir(site.folder)
    monkeypatch.setenv("HOME", site.env["HOME"])

    def ask(*args: str, code: int = 0) -> tuple[str, str]:
        assert guarded(program, args) == code
        told = capsys.readouterr()
        return told.out, told.err

    return ask


def test_it_prints_what_prometheus_reads(site: Site, asked) -> None:  # type: ignore[no-untyped-def]
    out, err = asked("metrics")
    assert 'linodctl_runner_up{site="resting"} 0.0\n' in out
    assert 'linodctl_runs_total{outcome="failed",site="resting",task="good"} 0.0\n' in out
    assert out.endswith("\n") and not out.endswith("\n\n") and err == ""
    assert not site.state.exists()


def test_as_json_it_needs_no_extra(asked, monkeypatch: pytest.MonkeyPatch) -> None:  # type: ignore[no-untyped-def]
    monkeypatch.setitem(sys.modules, "prometheus_client", None)
    values = json.loads(asked("metrics", "--json")[0])
    assert {"name": "linodctl_runner_up", "labels": {"site": "resting"}, "value": 0.0} in values


def test_a_file_is_whole_readable_and_replaced(site: Site, asked) -> None:  # type: ignore[no-untyped-def]
    file = site.folder / "site.prom"
    file.write_text("old")
    with file.open() as reader:
        umask = os.umask(0o077)
        try:
            assert asked("metrics", "--output", str(file)) == ("", "")
        finally:
            os.umask(umask)
        assert reader.read() == "old", "who reads meanwhile finds one or the other, never a part"
    text = file.read_text()
    assert text.startswith("# HELP linodctl_build_info ") and text.endswith("\n")
    assert stat.S_IMODE(file.stat().st_mode) == 0o644, "the node exporter is another user"
    assert [path.name for path in site.folder.glob("*site.prom*")] == ["site.prom"]


@pytest.mark.parametrize("place", ["nowhere/site.prom", ".", "home"])
def test_a_file_that_can_not_be_written_is_one_line(site: Site, asked, place: str) -> None:  # type: ignore[no-untyped-def]
    out, err = asked("metrics", "--output", place, code=2)
    assert out == "" and err.startswith(f"linodctl: the metrics can't be written to {place}: ") and err.count("\n") == 1
    assert not list(site.folder.glob(".*"))


def test_a_file_stays_as_it_was_when_there_is_nothing_to_tell(site: Site, asked) -> None:  # type: ignore[no-untyped-def]
    file = site.folder / "site.prom"
    file.write_text("old")
    site.config.write_text("procedures: {good: {func: jobs.quick, evry: never}}")
    asked("metrics", "--output", str(file), code=2)
    assert file.read_text() == "old"


def test_without_the_extra_it_says_what_to_install(site: Site, asked, monkeypatch: pytest.MonkeyPatch) -> None:  # type: ignore[no-untyped-def]
    monkeypatch.setitem(sys.modules, "prometheus_client", None)
    assert asked("metrics", code=2) == ("", f"linodctl: {MISSING}\n")
    assert asked("metrics", "--output", "x.prom", code=2) == ("", f"linodctl: {MISSING}\n")
    site.config.write_text(site.config.read_text() + LISTEN)
    (problem,) = json.loads(asked("check", "--no-imports", "--json")[0])
    assert (problem["severity"], problem["key"], problem["message"]) == ("warning", "metrics", MISSING)


@pytest.mark.parametrize(
    ("listen", "public"), [("127.0.0.1:9464", False), ("[::1]:9464", False), ("0.0.0.0:9464", True)]
)
def test_check_warns_of_a_public_address(site: Site, asked, listen: str, public: bool) -> None:  # type: ignore[no-untyped-def]
    site.config.write_text(site.config.read_text() + f"metrics: {{listen: '{listen}'}}\n")
    problems = json.loads(asked("check", "--no-imports", "--json")[0])
    assert [problem["key"] for problem in problems] == ["metrics.listen"] * public
    if public:
        assert "127.0.0.1:9464 is for this machine alone" in problems[0]["message"]
        assert problems[0]["severity"] == "warning" and problems[0]["line"] > 1
