"""`linodctl top` as a program: when it can't begin, and at a real terminal. What is in it is tested in tests/top."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from cli_site import CTRL_C, Site, Terminal

from linodctl import top
from linodctl.cli.failures import guarded
from linodctl.cli.program import program


@pytest.fixture
def at_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("linodctl.cli.top._is_at_terminal", lambda: True)


def told(capsys: pytest.CaptureFixture[str], *args: str) -> tuple[int, str]:
    """The exit code and what is said; nothing of it on stdout."""
    code = guarded(program, ["top", *args])
    out, err = capsys.readouterr()
    assert out == ""
    return code, err


def test_it_needs_a_terminal(site: Site) -> None:
    done = site.program("top")
    assert done.returncode == 2 and done.stdout == ""
    assert done.stderr == (
        "linodctl: the live view needs a terminal; 'linodctl status' and 'linodctl list' show the same once\n"
    )


def test_it_has_no_json(site: Site, capsys: pytest.CaptureFixture[str]) -> None:
    code, err = told(capsys, "-c", str(site.config), "--json")
    assert code == 2 and "'linodctl status --json'" in err


def test_without_the_extra_it_tells_how_to_get_it(
    site: Site, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(top, "is_installed", lambda: False)
    assert told(capsys, "-c", str(site.config)) == (
        2,
        "linodctl: the live view needs the extra 'top': pip install 'linodctl[top]'\n",
    )


@pytest.mark.usefixtures("at_terminal")
def test_a_config_that_cannot_be_read_is_told_as_by_other_commands(
    site: Site, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert told(capsys, "-c", str(tmp_path / "nowhere.yaml"))[0] == 2
    site.config.write_text("procedures: {good: {func: jobs.quick, evry: 1 hour}}")
    code, err = told(capsys, "-c", str(site.config))
    assert code == 2 and len(err.splitlines()) == 1 and "unknown option (did you mean 'every'?)" in err


@pytest.mark.usefixtures("at_terminal")
def test_a_state_file_that_cannot_be_read_is_told_as_by_other_commands(
    site: Site, capsys: pytest.CaptureFixture[str]
) -> None:
    site.state.mkdir()
    code, err = told(capsys, "-c", str(site.config))
    assert code == 5 and len(err.splitlines()) == 1 and "is a folder" in err


@pytest.mark.parametrize(("key", "code"), [("q", 0), (CTRL_C, 130)])
def test_at_a_terminal(site: Site, key: str, code: int) -> None:
    with Terminal(site, "top") as terminal:
        shown = terminal.read_until("good_again")
        terminal.type(key)
        assert "no runner is alive" in shown
        assert not re.search("\x1b\\[[0-9;]*[34][0-7][;m]", shown), "NO_COLOR is set"
        terminal.read_until("\x1b[?1049l")  # the terminal shows again what it showed before
        assert terminal.process.wait(10) == code
