"""What a changed declaration does to the slots of a task."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from stories import at, make_task

from linodctl.domain import Task, TaskState
from linodctl.planning.comparing import MANY, Change, compare
from linodctl.values import replace

NOW = at("12:00:00")


def known(task: Task, **fields: object) -> TaskState:
    """Seen and settled an hour ago, run then, with its grid beginning there."""
    hour_ago = NOW - timedelta(hours=1)
    state = TaskState(task.name, hour_ago, hour_ago, NOW, recurrence=task.recurrence.text, last_slot=hour_ago)
    return replace(state, **fields)  # type: ignore[arg-type]


def change(before: Task | None, after: Task | None, hours: float = 24, **fields: object) -> Change:
    state = known(before, **fields) if before is not None else None
    return compare(before, after, state, NOW, NOW + timedelta(hours=hours))


def clock(slots: tuple[datetime, ...]) -> list[str]:
    return [slot.strftime("%H:%M") for slot in slots]


@pytest.mark.parametrize(
    ("before", "after", "kind", "added", "removed"),
    [
        ("day at 02:30", "day at 02:30", "same", 0, 0),
        ("day at 02:30", {"cron": "30 2 * * *"}, "same", 0, 0),
        ("day at 02:30", "day at 03:30", "changed", 1, 1),
        ("1 hour", "30 minutes", "changed", 24, 0),
        ("1 hour", "never", "changed", 0, 24),
        ("1 hour", {"every": "1 hour", "between": "08:00-18:00"}, "changed", 0, 13),
        ({"every": "1 hour", "count": 5}, "1 hour", "changed", 19, 0),
    ],
)
def test_the_slots_that_come_and_go(before: object, after: object, kind: str, added: int, removed: int) -> None:
    found = change(make_task("a", before), make_task("a", after))  # type: ignore[arg-type]
    assert (found.kind, found.added, found.removed) == (kind, added, removed)


def test_the_grid_of_a_known_task_goes_on_from_its_last_slot() -> None:
    found = change(make_task("a", "1 hour"), make_task("a", "40 minutes"), hours=2, last_slot=at("11:30"))
    assert clock(found.first_removed) == ["13:00", "14:00"]
    assert clock(found.first_added) == ["12:10", "12:50", "13:30"]


def test_a_task_that_nobody_has_seen_is_due_at_once() -> None:
    found = change(None, make_task("a", "1 hour"), hours=2)
    assert (found.kind, clock(found.first_added), found.added) == ("added", ["12:00", "13:00", "14:00"], 3)


def test_a_removed_task_loses_all() -> None:
    found = change(make_task("a", "day at 02:30"), None)
    assert (found.kind, found.removed, found.after) == ("removed", 1, None)


def test_a_task_that_is_declared_disabled_has_no_slots() -> None:
    found = change(make_task("a", "1 hour"), make_task("a", "1 hour", disabled="moved"))
    assert (found.kind, found.removed, found.after) == ("changed", 24, "1 hour, disabled")


def test_very_many_slots_are_counted_and_not_compared_one_by_one() -> None:
    found = change(make_task("a", "1 second"), make_task("a", "2 seconds"), hours=24 * 365)
    assert found.kind == "changed"
    assert (found.slots_before.count, found.slots_after.count) == (31_536_000, 15_768_000)
    assert (found.added, found.removed, len(found.slots_before.first)) == (None, None, MANY)
    assert len(found.first_removed) == 3 and found.first_added == ()


def test_very_many_slots_that_stay_the_same() -> None:
    assert change(make_task("a", "1 second"), make_task("a", "1 second"), hours=24 * 365).kind == "same"


def test_slots_that_depend_on_when_runs_end_are_not_foreseen() -> None:
    rule = {"every": "10 minutes", "after": "finish"}
    found = change(make_task("a", "10 minutes"), make_task("a", rule))
    assert (found.kind, found.slots_after.known, found.added) == ("changed", False, None)
