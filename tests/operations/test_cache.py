"""The cached config: used as long as nothing has changed, by its owner only, and never for secrets."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from linodctl.config import gather
from linodctl.config.loading import Files
from linodctl.operations import declaration
from linodctl.operations.site import Site
from linodctl.runner.loader import UNRESOLVED

CONFIG = "procedures: {fine: {func: jobs.fine, every: 1 hour, description: First}}\n"


@pytest.fixture
def reads(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """How configs were had: read from YAML."""
    had: list[str] = []
    really_read = declaration.Declaration._files

    def files(self: declaration.Declaration) -> Files:
        had.append("read")
        return really_read(self)

    monkeypatch.setattr(declaration.Declaration, "_files", files)
    yield had


@pytest.fixture(autouse=True)
def always_settled(monkeypatch: pytest.MonkeyPatch) -> None:
    """A config that was written just now is as good as an old one."""
    monkeypatch.setattr(gather, "is_settled", lambda stat, looked: True)


def cache_files() -> list[Path]:
    return list((Path(os.environ["HOME"]) / ".cache" / "linodctl").glob("*"))


def test_an_unchanged_config_is_read_once(make_site: Callable[[str], Site], reads: list[str]) -> None:
    site = make_site(CONFIG)
    first = site.loaded
    again = site.declaration.load_as_running()
    assert reads == ["read"] and again == first
    assert [task.description for task in again.tasks] == ["First"]


def test_a_changed_config_is_read_again(make_site: Callable[[str], Site], reads: list[str]) -> None:
    _ = make_site(CONFIG).loaded
    assert make_site(CONFIG.replace("First", "Other")).loaded.tasks[0].description == "Other"
    assert reads == ["read", "read"]


def test_what_is_set_at_run_time_is_seen(make_site: Callable[[str], Site]) -> None:
    site = make_site(CONFIG)
    _ = site.loaded
    with site.writing() as store:
        store.set_override("fine", {"every": "never"}, site.now(), "ann")
    assert site.declaration.load_as_running().tasks[0].recurrence.text == "never"


def test_paths_that_the_runner_could_not_resolve_are_seen(make_site: Callable[[str], Site]) -> None:
    assert declaration.UNRESOLVED == UNRESOLVED
    site = make_site(CONFIG)
    _ = site.loaded
    with site.writing() as store:
        store.put_note(UNRESOLVED, {"jobs.fine": "there is no module 'jobs'"})
    assert site.declaration.load_as_running().tasks[0].disabled == "there is no module 'jobs'"
    assert site.declaration.load().tasks[0].disabled is None


def test_only_the_owner_can_read_it(make_site: Callable[[str], Site]) -> None:
    _ = make_site(CONFIG).loaded
    (file,) = cache_files()
    assert file.stat().st_mode & 0o077 == 0 and file.parent.stat().st_mode & 0o077 == 0


def test_what_others_may_have_written_is_not_believed(make_site: Callable[[str], Site], reads: list[str]) -> None:
    site = make_site(CONFIG)
    _ = site.loaded
    (file,) = cache_files()
    file.chmod(0o666)
    reads.clear()
    _ = site.declaration.load_as_running()
    assert reads == ["read"]


@pytest.mark.parametrize("content", ["", "{", "[]", "{}", '{"settings": {"state": 3}}', '{"settings": 1}'])
def test_a_broken_cache_is_no_cache(make_site: Callable[[str], Site], content: str) -> None:
    site = make_site(CONFIG)
    _ = site.loaded
    (file,) = cache_files()
    file.write_text(content)
    assert site.declaration.load_as_running().tasks[0].name == "fine"


def test_a_cache_that_breaks_off_is_no_cache(make_site: Callable[[str], Site]) -> None:
    site = make_site(CONFIG)
    _ = site.loaded
    (file,) = cache_files()
    first = file.read_bytes().splitlines(keepends=True)[0]
    for content in (first, first + b"[", first + b"[]\n", first + b"[[2]]\n"):
        file.write_bytes(content)
        assert [task.name for task in site.declaration.load_as_running().tasks] == ["fine"]


def test_where_only_defaults_were_filled_in_it_is_kept_until_the_variable_is_set(
    make_site: Callable[[str], Site], reads: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    declaration = make_site(CONFIG + "site: '${SITE_NAME:-plain}'\n").declaration
    assert [declaration.load_as_running().site for _ in range(2)] == ["plain", "plain"] and reads == ["read"]
    monkeypatch.setenv("SITE_NAME", "other")
    assert declaration.load_as_running().site == "other" and reads == ["read", "read"]


def test_what_the_environment_filled_in_is_not_kept(
    make_site: Callable[[str], Site], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("SECRET", "hush")
    _ = make_site(CONFIG + "env: {PASSWORD: '${SECRET}'}\n").loaded
    (tmp_path / ".env").write_text("PASSWORD=hush\n")
    _ = make_site(CONFIG + "env_file: .env\n").loaded
    assert cache_files() == []


def test_a_home_that_cannot_be_written_is_no_problem(
    make_site: Callable[[str], Site], monkeypatch: pytest.MonkeyPatch
) -> None:
    for home in ("/proc/nothing", sys.executable, ""):
        monkeypatch.setenv("HOME", home)
        assert make_site(CONFIG).loaded.tasks[0].name == "fine"
