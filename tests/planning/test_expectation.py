"""When a task is overdue: no success within `expect`, as a table and through a scheduler."""

from __future__ import annotations

from datetime import timedelta

import pytest
from stories import NOON, Story, at, make_task

from linodctl.domain import Outcome, TaskState
from linodctl.planning.aftermath import disabled_by_failures
from linodctl.planning.expectation import overdue_since
from linodctl.planning.status import status_of
from linodctl.values import replace

HOUR = timedelta(hours=1)
SEEN = TaskState("a", first_seen=NOON, anchor=NOON, settled=NOON)
RAN = replace(SEEN, last_start_time=NOON + HOUR, anchor=NOON + 2 * HOUR)


@pytest.mark.parametrize(
    ("state", "hours", "expected"),
    [
        pytest.param(None, 99, None, id="never seen"),
        pytest.param(SEEN, 0.99, None, id="there is time yet"),
        pytest.param(SEEN, 1, 1, id="to the instant"),
        pytest.param(SEEN, 5, 1, id="since, not until"),
        pytest.param(replace(SEEN, anchor=NOON + 3 * HOUR), 3.5, None, id="begun anew by a reset"),
        pytest.param(RAN, 1, 1, id="a failed run moves nothing, nor does its anchor"),
        pytest.param(replace(RAN, last_success=NOON + 2 * HOUR), 2.5, None, id="succeeded"),
        pytest.param(replace(RAN, last_success=NOON + 2 * HOUR), 3, 3, id="succeeded too long ago"),
        pytest.param(replace(RAN, disabled=True), 9, None, id="somebody keeps it disabled"),
        pytest.param(replace(RAN, disabled=True, disabled_reason="timed out"), 9, 1, id="failures disabled it"),
    ],
)
def test_overdue_since(state: TaskState | None, hours: float, expected: float | None) -> None:
    since = overdue_since(make_task(expect=HOUR), state, NOON + hours * HOUR)
    assert since == (None if expected is None else NOON + expected * HOUR)


def test_nothing_is_expected_of_a_task_that_says_nothing_or_is_declared_disabled() -> None:
    assert overdue_since(make_task(), RAN, NOON + 99 * HOUR) is None
    assert overdue_since(make_task(expect=HOUR, disabled="not now"), RAN, NOON + 99 * HOUR) is None


def test_a_scheduler_knows_who_is_overdue_until_a_success() -> None:
    story = Story(make_task("a", "30 minutes", expect=HOUR, disable_after=None), make_task("b", "30 minutes", 2))
    story.tick()
    story.end("a", "failed")
    story.jump("12:59:59")
    assert story.scheduler.outlook.overdue(story.now) == {}
    story.jump("13:00:00")
    assert story.scheduler.outlook.overdue(story.now) == {"a": at("13:00")}
    story.end("a", Outcome.SKIPPED)
    assert story.scheduler.outlook.overdue(story.now) == {"a": at("13:00")}, "a skip is no success"
    story.jump("13:30:00")
    story.end("a")
    assert story.scheduler.outlook.overdue(story.now) == {}


def test_the_status_tells_since_when() -> None:
    task = make_task(rule="2 hours", expect=HOUR)
    state = replace(RAN, recurrence=task.recurrence.text)
    assert status_of(task, state, [], [], NOON + 3 * HOUR).overdue_since == NOON + HOUR
    assert status_of(task, None, [], [], NOON).overdue_since is None


@pytest.mark.parametrize("limit", [1, 3])
@pytest.mark.parametrize("outcome", ["failed", "timed_out"])
@pytest.mark.parametrize("reason", [None, "no such file", "two\nlines"])
def test_who_disabled_a_task_can_be_told_from_its_reason(limit: int, outcome: str, reason: str | None) -> None:
    story = Story(make_task("a", "10 seconds", disable_after=limit))
    for _ in range(limit):
        story.until(f"12:00:{10 * len(story.starts):02}")
        story.end("a", outcome, reason=reason)
    assert disabled_by_failures(story.state())
    by_hand = replace(story.state(), disabled_reason="failed disk, ann is on it")
    assert not disabled_by_failures(by_hand)
    assert not disabled_by_failures(replace(story.state(), disabled=False))
