"""`linodctl.open_site`: the promises of CONTRACT's section 4, and that it is what the commands have."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from sites import SiteFolder

import linodctl
from linodctl.config import ConfigError
from linodctl.domain import Run
from linodctl.errors import UnknownName
from linodctl.operations.handles import OpenSite
from linodctl.operations.site import Site

CONFIG = "procedures: {quick: {func: jobs.quick, every: day at 02:30, description: Quick}, fails: {func: jobs.fail}}\n"


@pytest.fixture
def opened(make_site: Callable[[str], Site]) -> OpenSite:
    return OpenSite(make_site(CONFIG))


def test_a_script_sees_what_list_shows(opened: OpenSite) -> None:
    assert [task.name for task in opened.tasks()] == ["quick", "fails"]
    quick = opened.task("quick")
    assert (quick.state, quick.disabled, quick.description) == ("scheduled", None, "Quick")
    assert quick.status.startswith("Scheduled to run at 2026-03-03 02:30:00")
    assert quick.next_time is not None and quick.next(2)[1] - quick.next_time == timedelta(days=1)
    assert (opened.history(), quick.history(), opened.status().alive) == ([], [], False)


def test_a_script_wishes(opened: OpenSite) -> None:
    quick = opened.task("quick")
    triggered = quick.trigger(args={"n": 1})
    assert (triggered.heard, triggered.run, triggered.outcome) == (False, None, None)
    assert quick.state == "requested"
    quick.cancel()
    with pytest.raises(UnknownName):
        quick.cancel()
    quick.disable("moving house")
    assert (quick.state, quick.disabled) == ("disabled", "moving house")
    quick.enable()
    assert quick.state == "scheduled"
    quick.set(every="never")
    with pytest.raises(ConfigError):
        quick.set(every="banana")
    quick.unset()
    quick.reset()


def test_unknown_tasks_and_bad_configs(opened: OpenSite, tmp_path: Path) -> None:
    with pytest.raises(UnknownName, match="did you mean 'quick'"):
        opened.task("quik")
    (tmp_path / "bad.yaml").write_text("nonsense: 1\n")
    with pytest.raises(ConfigError, match="unknown option"):
        linodctl.open_site(str(tmp_path / "bad.yaml"))


def test_waiting_for_a_run_with_a_runner(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = SiteFolder(tmp_path, CONFIG)
    site = linodctl.open_site(str(folder.config))
    with folder.runner():
        triggered = site.task("quick").trigger(wait=True)
        assert triggered.heard and triggered.outcome == "succeeded"
        assert site.task("fails").trigger(wait=True).outcome == "failed"
        assert site.task("fails").disabled == "failed: ValueError: on purpose"
        newest = site.history(1)[0]
        assert isinstance(newest, Run) and newest.task == "fails"
        assert site.status().alive


def test_waiting_ends_when_the_request_is_withdrawn(opened: OpenSite) -> None:
    quick = opened.task("quick")
    triggered = quick.trigger()
    waiter = threading.Thread(target=triggered.wait)
    waiter.start()
    quick.cancel()
    waiter.join(30)
    assert not waiter.is_alive() and triggered.run is None
