"""The lead: when a tick begins that looks ahead."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from linodctl.domain import Launch, Policy, Task
from linodctl.planning import Scheduler
from linodctl.recurrence import parse_recurrence
from linodctl.runner.lead import MOST, TOGETHER, Lead

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
SLOT = NOON + timedelta(seconds=17)


def scheduler_of(count: int, rule: str = "minute at :17") -> Scheduler:
    names = [f"t{number}" for number in range(count)]
    rules = {name: parse_recurrence({"every": rule}, name=name, zone="UTC") for name in names}
    tasks = [Task(number, name, name, rules[name], Policy(), Launch("jobs.job")) for number, name in enumerate(names)]
    scheduler = Scheduler(tasks, {}, max_parallel=100, limits={}, now=NOON)
    scheduler.tick(NOON)
    return scheduler


def test_a_tick_begins_a_little_before_what_is_certain() -> None:
    lead = Lead(scheduler_of(1))
    begin = lead.next_tick(NOON)
    assert begin is not None
    assert SLOT - MOST < begin < SLOT
    assert lead.looks_ahead_to(begin - TOGETHER) is None
    assert lead.looks_ahead_to(begin) == SLOT + TOGETHER


def test_on_a_slow_disk_one_tick_looks_farther() -> None:
    lead = Lead(scheduler_of(1))
    lead.learn(1, timedelta(milliseconds=50))
    begin = SLOT - timedelta(milliseconds=1)
    ahead = lead.looks_ahead_to(begin)
    assert ahead is not None
    assert SLOT + TOGETHER < ahead <= begin + MOST


def test_what_a_tick_has_left_is_due_at_its_time() -> None:
    scheduler = scheduler_of(1)
    lead = Lead(scheduler)
    begin = lead.next_tick(NOON)
    assert begin is not None
    assert lead.next_tick(begin) == SLOT


def test_nothing_to_look_forward_to() -> None:
    lead = Lead(scheduler_of(1, "never"))
    assert lead.next_tick(NOON) is None
    assert lead.looks_ahead_to(NOON) is None


def test_the_more_starts_and_the_slower_the_machine_the_earlier_within_bounds() -> None:
    def begin(lead: Lead) -> datetime:
        found = lead.next_tick(NOON)
        assert found is not None
        return found

    one, many = Lead(scheduler_of(1)), Lead(scheduler_of(50))
    assert begin(many) < begin(one)
    before = begin(many)
    many.learn(50, timedelta(milliseconds=40))
    slower = begin(many)
    assert slower < before
    many.learn(50, timedelta(milliseconds=5))
    assert slower < begin(many) < SLOT
    many.learn(50, timedelta(minutes=1))
    assert begin(many) == SLOT - MOST
