"""What happens is told twice: in a sentence for people, in plain facts for programs that read JSON lines."""

from __future__ import annotations

import json
import logging
from collections.abc import Mapping
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from linodctl import events
from linodctl.domain import LogLevel, Outcome, Result, SkipReason, Trigger
from linodctl.logserver.entry import Entry
from linodctl.logserver.lines import JsonLines
from linodctl.runner.narrator import Narrator

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)


def told(event: events.Event, least: int = logging.DEBUG) -> list[Entry]:
    """What a log that writes lines of this level and above is told of the event."""
    entries = []

    class Log:
        def __init__(self) -> None:
            self.least = least

        def tell(self, level: int, text: str, event: str, facts: Mapping[str, object]) -> None:
            entries.append(Entry(0, level, "linodctl", text, event=event, facts=facts))

    Narrator(Log(), ZoneInfo("Europe/Tallinn"))(event)
    return entries


def test_instants_in_the_detail_of_a_skip_are_told_in_the_sites_zone() -> None:
    detail = "the run started at 2026-03-02T11:59:00+00:00 was going on"
    [entry] = told(events.SlotsSkipped("a", SkipReason.OVERLAP, NOON, NOON, 1, detail))
    assert entry.message.endswith("(overlap): the run started at 2026-03-02 13:59:00+02:00 was going on")


def test_what_nobody_would_read_is_not_told() -> None:
    started = events.RunStarted(7, "a", Trigger.RETRY, NOON, 2, LogLevel.INFO)
    assert told(started, logging.INFO) != [] == told(started, logging.WARNING)


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
def test_json_lines_carry_the_facts(event: events.Event, facts: dict[str, object]) -> None:
    [entry] = told(event)
    line = json.loads(JsonLines(UTC).of(entry))
    common = ("time", "level", "logger", "pid", "process", "event", "message", "details")
    assert {key: value for key, value in line.items() if key not in common} == facts
    assert line["event"] == type(event).__name__
