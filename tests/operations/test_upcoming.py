"""Slots to come."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from linodctl.operations.site import Site
from linodctl.operations.upcoming import next_slots, rule_slots
from linodctl.recurrence import parse_recurrence

CONFIG = """
timezone: UTC
procedures:
  hourly: {func: jobs.fine, every: hour at :30}
  daily: {func: jobs.fine, every: day at 11:30}
  thrice: {func: jobs.fine, every: day at 10:15, count: 3}
  off: {func: jobs.fine, every: 1 minute, disabled: true}
  bare: {func: jobs.fine, every: 2 hours}
"""


def test_tasks_are_merged_in_order(make_site: Callable[[str], Site]) -> None:
    found = next_slots(make_site(CONFIG), limit=6)
    assert [(slot.task, slot.time.strftime("%H:%M")) for slot in found] == [
        ("bare", "10:00"),
        ("thrice", "10:15"),
        ("hourly", "10:30"),
        ("hourly", "11:30"),
        ("daily", "11:30"),
        ("bare", "12:00"),
    ]


def test_count_ends_them(make_site: Callable[[str], Site]) -> None:
    assert len(next_slots(make_site(CONFIG), ["thrice"], limit=10)) == 3


def test_after_and_until_are_bounds(make_site: Callable[[str], Site]) -> None:
    after = datetime(2026, 3, 10, 11, 30, tzinfo=UTC)
    found = next_slots(make_site(CONFIG), ["daily"], after=after, until=after + timedelta(days=2), limit=10)
    assert [slot.time - after for slot in found] == [timedelta(days=1), timedelta(days=2)]


def test_a_rules_grid_starts_at_after_and_its_slots_are_later() -> None:
    after = datetime(2026, 3, 2, 10, 0, 5, tzinfo=UTC)
    rule = parse_recurrence({"every": "10 seconds"}, name="", zone="UTC")
    found = rule_slots(rule, after=after, until=None, limit=2)
    assert [(slot.task, (slot.time - after).seconds) for slot in found] == [(None, 10), (None, 20)]
