"""The one question of health checks, answered from lock, record and tasks."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from chronicle import Chronicle

from linodctl.operations.health import HUNG, Health, Verdict, health
from linodctl.operations.site import Site
from linodctl.runner.runner import HEARTBEAT
from linodctl.store import open_store
from linodctl.store.lock import SiteLock

Begin = Callable[..., Chronicle]
MakeSite = Callable[[str], Site]

MINUTES = timedelta(minutes=1)
NOTHING = "procedures: {fine: {func: jobs.fine, every: never}}\n"


def told(found: Health) -> tuple[str, str]:
    return found.verdict.value, found.text.replace(f"(pid {found.pid})", "(pid)")


def test_three_signs_of_life_may_be_missed() -> None:
    assert 3 * timedelta(seconds=HEARTBEAT) == HUNG


def test_a_runners_life(begin: Begin) -> None:
    site = begin(a="every: never")
    site.clock.advance(12)
    assert told(health(site.site)) == ("well", "the runner (pid) is alive, last sign of life 12 s ago")
    assert health(site.site).is_well
    site.clock.advance(HUNG)
    verdict, text = told(health(site.site))
    assert verdict == "hung" and text.startswith(
        "the runner (pid) has given no sign of life for 1 min 42 s: it hangs, or"
    )
    site.crash("12:03")
    site.clock.advance(5 * MINUTES)
    assert told(health(site.site)) == (
        "no_runner",
        "no runner is alive; the last one was seen alive 5 min ago, and did not say goodbye",
    )
    site.start()
    assert health(site.site).is_well
    site.stop("12:10")
    assert told(health(site.site)) == ("no_runner", "no runner is alive; the last one stopped 0.00 s ago")


def test_before_the_first_runner(make_site: MakeSite) -> None:
    site = make_site(NOTHING)
    assert told(health(site)) == ("no_runner", "no runner is alive; there has never been one")
    assert not site.state.exists()


def test_a_runner_that_is_starting_is_not_well_yet(make_site: MakeSite, monkeypatch: pytest.MonkeyPatch) -> None:
    """What the record says is of an earlier one."""
    site = make_site(NOTHING)
    monkeypatch.setattr("linodctl.store.ledger.process_started", lambda pid: "long ago")
    with open_store(site.state) as store, store.transaction() as ledger:
        ledger.runner_started(site="demo", version="1", at=site.now() - 10 * MINUTES)
    with SiteLock(site.state, since=site.now() - timedelta(seconds=40)):
        assert told(health(site)) == (
            "starting",
            "the runner (pid) is starting since 40 s; it has no work on record yet",
        )


def test_a_runner_on_record_is_well_also_if_the_clock_was_set_back_while_it_started(make_site: MakeSite) -> None:
    site = make_site(NOTHING)
    with open_store(site.state) as store:
        store.runner_started(site="demo", version="1", at=site.now())
    with SiteLock(site.state, since=site.now() + 10 * MINUTES):
        assert health(site).is_well


def test_what_is_late_counts_if_asked_for(begin: Begin) -> None:
    site = begin(
        site="max_parallel: 1", long="every: hour at :05", waits="every: hour at :10", too="every: hour at :20"
    )
    site.until("12:30")
    site.store.heartbeat(1, site.clock.now())
    assert health(site.site).is_well
    assert told(health(site.site, 25 * MINUTES))[1].endswith(", nothing is late")
    found = health(site.site, 5 * MINUTES)
    assert (found.verdict, found.late) == (Verdict.LATE, ("waits", "too"))
    assert found.text == "2 tasks late: waits by 20 min, too by 10 min (up to 5 min is allowed)"
    assert health(site.site, 15 * MINUTES).late == ("waits",)


def test_problems_of_the_config_on_disk_are_not_the_runners(begin: Begin) -> None:
    site = begin(a="every: never")
    site.rewrite("procedures: {a: {func: jobs.job, evry: never}}")
    assert health(site.site).is_well
    assert health(site.site, MINUTES).text.endswith("what is late can't be told, the config on disk has problems")


def test_a_state_file_that_can_not_be_read_is_an_answer(make_site: MakeSite) -> None:
    site = make_site(NOTHING)
    site.state.write_bytes(b"not a database" * 1000)
    with SiteLock(site.state):
        verdict, text = told(health(site))
    assert verdict == "unreadable" and str(site.state) in text


def test_a_folder_in_place_of_the_state_file_is_an_answer_too(make_site: MakeSite) -> None:
    site = make_site(NOTHING + "state: demo.db\n")
    (site.declaration.paths[0].parent / "demo.db").mkdir()
    assert health(site).verdict is Verdict.UNREADABLE


@pytest.mark.parametrize("late", [None, MINUTES])
def test_the_state_file_alone_is_enough_where_it_is_named(make_site: MakeSite, late: timedelta | None) -> None:
    site = make_site(NOTHING)
    named = Site([str(site.declaration.paths[0])], str(site.state), clock=site.clock)
    assert health(named, late).verdict is Verdict.NO_RUNNER
    assert "loaded" not in vars(named), "the config was not read"
