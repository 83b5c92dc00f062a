"""Warnings about schedules: clock changes ahead, and runs that take longer than their interval."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from stories import make_task

from linodctl.planning.advising import clock_warning, length_warning

NOW = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("rule", "zone", "warning"),
    [
        (
            "day at 03:30",
            "Europe/Tallinn",
            "2026-03-29 03:30 does not exist in Europe/Tallinn (the clocks change): the task runs right after the gap",
        ),
        (
            "25 october at 03:30",
            "Europe/Tallinn",
            "2026-10-25 03:30 comes twice in Europe/Tallinn (the clocks change): the task runs once, the first time",
        ),
        ("day at 02:59", "Europe/Tallinn", None),
        ("day at 03:30", "Asia/Kolkata", None),
        ("30 minutes", "Europe/Tallinn", None),
        ("hour at :30", "Europe/Tallinn", None),
    ],
)
def test_a_clock_change_ahead_is_named_with_what_will_happen(rule: str, zone: str, warning: str | None) -> None:
    keys = {"cron": "30 3 25 10 *"} if rule.startswith("25") else {"every": rule}
    task = make_task("a", {**keys, "timezone": zone})
    assert clock_warning(task, None, NOW) == warning


@pytest.mark.parametrize(
    ("rule", "overlap", "minutes", "warning"),
    [
        ("10 minutes", "skip", 9, None),
        ("10 minutes", "allow", 12, None),
        (
            "10 minutes",
            "skip",
            12,
            "a run usually takes 12 minutes, longer than the 10 minutes between two slots: slots will be skipped",
        ),
        (
            "10 minutes",
            "queue_all",
            12,
            "a run usually takes 12 minutes, longer than the 10 minutes between two slots: the slots that wait will "
            "become more and more",
        ),
        (["day at 12:00", "day at 12:05"], "skip", 4, None),
        (
            ["day at 12:00", "day at 12:05"],
            "cancel",
            6,
            "a run usually takes 6 minutes, longer than the 5 minutes between two slots: runs will be stopped before "
            "they are done",
        ),
        ("never", "skip", 900, None),
    ],
)
def test_runs_that_take_longer_than_their_interval(
    rule: str | list[str], overlap: str, minutes: int, warning: str | None
) -> None:
    task = make_task("a", {"every": rule}, overlap=overlap)
    assert length_warning(task, timedelta(minutes=minutes), None, NOW) == warning


def test_a_pause_after_each_run_is_never_too_short() -> None:
    task = make_task("a", {"every": "1 minute", "after": "finish"})
    assert length_warning(task, timedelta(hours=1), None, NOW) is None
