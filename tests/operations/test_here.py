"""`trigger --here`: recorded like any run, by the rules of any run, and out of a runner's way."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

import pytest

from linodctl.domain import Outcome, Run, Trigger
from linodctl.errors import UnknownName
from linodctl.execution.executor import SetupFailed
from linodctl.operations.follow import Step
from linodctl.operations.here import Wish, run_here
from linodctl.operations.site import Site
from linodctl.store.lock import SiteLock
from linodctl.store.rows import LogRow

CONFIG = """
procedures:
  fine: {func: jobs.fine, every: never, args: {n: 1}}
  fails: {func: jobs.fails, every: never, retries: {attempts: 3, delay: 1s}}
  retries: {func: jobs.retries, every: never}
"""


def here(site: Site, *names: str, as_of: datetime | None = None, **args: int) -> list[Step]:
    told: list[Step] = []
    run_here(site, names, Wish(args, None, as_of), told.append)
    return told


def test_it_is_on_record_with_its_log_and_memory(make_site: Callable[[str], Site]) -> None:
    site = make_site(CONFIG)
    told = here(site, "fine", as_of=datetime.fromisoformat("2026-01-31T00:00:00+00:00"), n=5)
    assert [step.text for step in told if isinstance(step, LogRow)] == ["n is 5"]
    last = told[-1]
    assert isinstance(last, Run) and last.outcome is Outcome.SUCCEEDED
    with site.reading() as reader:
        run = reader.run(last.run_id)
        assert run == last and run.trigger is Trigger.REQUEST and run.message == "all done"
        assert run.scheduled_for.isoformat() == "2026-01-31T00:00:00+00:00"
        state = reader.states()["fine"]
        assert (state.last_outcome, state.memory, state.last_start_time) == (
            Outcome.SUCCEEDED,
            {"n": 5},
            run.start_time,
        )
        assert reader.requests() == []
        assert [row.text for row in reader.logs()] == ["n is 5"]
    assert SiteLock(site.state).holder() is None


def test_memory_goes_on(make_site: Callable[[str], Site]) -> None:
    site = make_site(CONFIG)
    here(site, "fine")
    here(site, "fine")
    with site.reading() as reader:
        assert reader.states()["fine"].memory == {"n": 2}


@pytest.mark.parametrize("name", ["fails", "retries"])
def test_it_is_tried_once_and_its_failure_counts(make_site: Callable[[str], Site], name: str) -> None:
    site = make_site(CONFIG)
    here(site, name)
    with site.reading() as reader:
        state = reader.states()[name]
        assert len(reader.history()) == 1
        assert (state.disabled, state.failures, state.pending) == (True, 1, ())


def test_beside_a_runner_the_tasks_state_is_left_alone(make_site: Callable[[str], Site]) -> None:
    site = make_site(CONFIG)
    with site.writing():
        pass  # a runner makes the state file first thing
    with SiteLock(site.state, since=site.now(), version="test"):
        (*_, last) = here(site, "fails")
    assert isinstance(last, Run) and last.outcome is Outcome.FAILED
    with site.reading() as reader:
        state = reader.states().get("fails")
        assert state is None or (state.last_start_time, state.disabled, state.failures) == (None, False, 0)


def test_several_run_one_after_the_other(make_site: Callable[[str], Site]) -> None:
    site = make_site(CONFIG)
    here(site, "f*")
    with site.reading() as reader:
        assert [row.task for row in reader.history()] == ["fails", "fine"]


def test_a_setup_that_fails_leaves_no_trace(make_site: Callable[[str], Site]) -> None:
    site = make_site(CONFIG + "setup: jobs.fails\n")
    with pytest.raises(SetupFailed):
        here(site, "fine")
    with site.reading() as reader:
        assert (reader.requests(), reader.history(), reader.edits()) == ([], [], [])


def test_an_unknown_name(make_site: Callable[[str], Site]) -> None:
    with pytest.raises(UnknownName):
        here(make_site(CONFIG), "nobody")
