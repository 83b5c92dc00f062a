"""The status texts of `list`, in the seed system's words."""

from __future__ import annotations

from datetime import timedelta

import pytest
from stories import NOON, make_task

from linodctl.domain import LogLevel, Pending, Request, Run, TaskState, Trigger
from linodctl.planning.slots import first_sight
from linodctl.planning.status import in_words, status_of
from linodctl.values import replace


def run() -> Run:
    return Run(1, "a", "a", Trigger.SCHEDULE, NOON, 1, LogLevel.INFO, start_time=NOON)


def seen(rule: str = "1 hour", **more: object) -> TaskState:
    state = first_sight(make_task(rule=rule), NOON - timedelta(hours=2))
    return replace(state, settled=NOON, **more)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("rule", "state", "expected"),
    [
        ("never", None, ("not_scheduled", "Not scheduled")),
        ("startup", None, ("not_scheduled", "Not scheduled")),
        ("1 hour", None, ("asap", "Scheduled to run asap")),
        ("day at 13:30", None, ("scheduled", "Scheduled to run at 2026-03-02 13:30:00+00:00 (in 1 hour 30 minutes)")),
        ("1 hour", seen(), ("scheduled", "Scheduled to run at 2026-03-02 13:00:00+00:00 (in 1 hour)")),
        ("1 hour", seen(pending=(Pending(NOON),)), ("asap", "Scheduled to run asap")),
        ("1 hour", seen(disabled=True, disabled_reason="failed: no"), ("disabled", "Disabled (failed: no)")),
        ("1 hour", seen(disabled=True), ("disabled", "Disabled (by hand)")),
    ],
)
def test_status(rule: str, state: TaskState | None, expected: tuple[str, str]) -> None:
    status = status_of(make_task(rule=rule), state, [], [], NOON)
    assert (status.state, status.text) == expected


def test_a_run_outranks_a_request_and_a_request_the_flag() -> None:
    task, state, request = make_task(), seen(disabled=True), Request(1, "a", NOON)
    assert status_of(task, state, [run()], [request], NOON).text == "Running since 2026-03-02 12:00:00+00:00"
    status = status_of(task, state, [], [request], NOON)
    assert status.text == "Requested to run asap (since 2026-03-02 12:00:00+00:00)"
    assert status.disabled


def test_the_declaration_disables_too() -> None:
    status = status_of(make_task(disabled="declared"), None, [], [], NOON)
    assert (status.state, status.disabled_reason, status.next_time) == ("disabled", "declared", None)


def test_a_disabled_task_says_until_when() -> None:
    state = seen(disabled=True, disabled_reason="moving", disabled_until=NOON + timedelta(hours=2))
    status = status_of(make_task(), state, [], [], NOON)
    assert (status.text, status.disabled_reason) == ("Disabled (moving, until 2026-03-02 14:00:00+00:00)", "moving")


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(0.2, "a moment"), (1, "1 second"), (61, "1 minute 1 second"), (7200, "2 hours"), (90000, "1 day 1 hour")],
)
def test_in_words(seconds: float, words: str) -> None:
    assert in_words(timedelta(seconds=seconds)) == words
