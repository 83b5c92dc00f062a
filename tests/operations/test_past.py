"""History and logs, also of tasks that are no longer declared."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from linodctl.errors import UnknownName
from linodctl.operations.here import Wish, run_here
from linodctl.operations.past import history, logs
from linodctl.operations.site import Site
from linodctl.operations.wanted import Wanted

TWO = "procedures: {fine: {func: jobs.fine, every: never}, old_one: {func: jobs.fine, every: never}}\n"
ONE = "procedures: {fine: {func: jobs.fine, every: never}}\n"


def test_a_task_that_was_removed_keeps_its_history(make_site: Callable[[str], Site]) -> None:
    run_here(make_site(TWO), ["fine", "old_one"], Wish({}, None, None), lambda step: None)
    site = make_site(ONE)
    assert {row.task for row in history(site)} == {"fine", "old_one"}
    assert [row.task for row in history(site, ["old_one"])] == ["old_one"]
    assert [row.task for row in history(site, ["old_*", "fine"])] == ["old_one", "fine"]
    assert [row.task for row in logs(site, "old_one", last=10)] == ["old_one"]
    with pytest.raises(UnknownName):
        history(site, ["older"])


def test_logs_of_a_run_of_a_task_and_of_all(make_site: Callable[[str], Site]) -> None:
    site = make_site(TWO)
    ran = run_here(site, ["fine", "old_one"], Wish({}, None, None), lambda step: None)
    first = ran.runs[0][1].run_id
    assert [row.run_id for row in logs(site, str(first), last=10)] == [first]
    assert [row.task for row in logs(site, last=10)] == ["fine", "old_one"]
    assert [row.task for row in logs(site, "*", last=1)] == ["old_one"]
    assert logs(site, "*", last=0) == logs(site, last=0) == logs(site, None, Wanted(level=40), last=10) == []
