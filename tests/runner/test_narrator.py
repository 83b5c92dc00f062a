"""What happens is told twice: in a sentence for people, in plain facts for programs that read JSON lines."""

from __future__ import annotations

import json
import logging
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from linodctl import events
from linodctl.domain import LogLevel, Outcome, Result, SkipReason, Trigger
from linodctl.logserver.entry import entry_of
from linodctl.logserver.lines import JsonLines
from linodctl.runner.narrator import Narrator

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)


def test_instants_in_the_detail_of_a_skip_are_told_in_the_sites_zone(caplog: pytest.LogCaptureFixture) -> None:
    detail = "the run started at 2026-03-02T11:59:00+00:00 was going on"
    with caplog.at_level(logging.DEBUG, "linodctl"):
        Narrator(ZoneInfo("Europe/Tallinn"))(events.SlotsSkipped("a", SkipReason.OVERLAP, NOON, NOON, 1, detail))
    assert caplog.messages[-1].endswith("(overlap): the run started at 2026-03-02 13:59:00+02:00 was going on")


@pytest.mark.parametrize(
    ("event", "facts"),
    [
        (
            events.RunStarted(7, "a", Trigger.RETRY, NOON, 2, LogLevel.INFO),
            {"task": "a", "run_id": 7, "trigger": "retry", "attempt": 2, "scheduled_for": "2026-03-02T14:00:00+02:00"},
        ),
        (
            events.RunEnded(7, "a", Result(Outcome.FAILED, reason="no", error="Traceback …"), 1.5, LogLevel.INFO),
            {"task": "a", "run_id": 7, "outcome": "failed", "seconds": 1.5},
        ),
        (events.TaskDisabled("a", "failed: the password is secret"), {"task": "a"}),
        (events.RunnerStopped("asked to"), {}),
    ],
)
def test_json_lines_carry_the_facts(
    event: events.Event, facts: dict[str, object], caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.DEBUG, "linodctl"):
        Narrator(ZoneInfo("Europe/Tallinn"))(event)
    told = json.loads(JsonLines(UTC).of(entry_of(caplog.records[-1])))
    common = ("time", "level", "logger", "pid", "process", "event", "message", "details")
    assert {key: value for key, value in told.items() if key not in common} == facts
    assert told["event"] == type(event).__name__
