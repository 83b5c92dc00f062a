"""Cron: tables by hand, then against cronsim in UTC and, away from clock changes, in every zone."""

from __future__ import annotations

from collections import Counter
from datetime import datetime, timedelta
from itertools import islice, pairwise
from zoneinfo import ZoneInfo

import pytest
from cronsim import CronSim
from examples import examples
from hypothesis import given
from hypothesis import strategies as st
from rules_under_test import DAY, ZONES, changes, forward, rule, utc, walls

from linodctl.errors import RecurrenceError

AFTER = utc("2026-01-01 09:05:03")  # a Thursday

TABLE = [
    ("*/15 * * * *", ["2026-01-01 09:15", "2026-01-01 09:30"]),
    ("0 5 * * mon", ["2026-01-05 05:00", "2026-01-12 05:00"]),
    ("0 5 * * MON-FRI", ["2026-01-02 05:00", "2026-01-05 05:00"]),
    ("0 5 * * sat-sun", ["2026-01-03 05:00", "2026-01-04 05:00"]),
    ("0 5 * * 7", ["2026-01-04 05:00", "2026-01-11 05:00"]),
    ("30 8-10/2 * jan *", ["2026-01-01 10:30", "2026-01-02 08:30"]),
    ("0 0 L * *", ["2026-01-31 00:00", "2026-02-28 00:00"]),
    ("0 0 LW * *", ["2026-01-30 00:00", "2026-02-27 00:00"]),
    ("0 0 * * fri#2", ["2026-01-09 00:00", "2026-02-13 00:00"]),
    ("0 0 * * 5L", ["2026-01-30 00:00", "2026-02-27 00:00"]),
    ("0 0 * * friL", ["2026-01-30 00:00", "2026-02-27 00:00"]),
    ("0 0 13 * fri", ["2026-01-02 00:00", "2026-01-09 00:00", "2026-01-13 00:00"]),  # day of month OR day of week
    ("0 0 */2 * fri", ["2026-01-09 00:00", "2026-01-23 00:00"]),  # a star on either side: AND
    ("0 0 ? * fri", ["2026-01-02 00:00", "2026-01-09 00:00"]),
    ("0 0 29 2 *", ["2028-02-29 00:00", "2032-02-29 00:00"]),
    ("30 0 5 * * *", ["2026-01-02 05:00:30", "2026-01-03 05:00:30"]),
    ("*/20 * * * * *", ["2026-01-01 09:05:20", "2026-01-01 09:05:40", "2026-01-01 09:06"]),
    ("@yearly", ["2027-01-01 00:00"]),
    ("@monthly", ["2026-02-01 00:00"]),
    ("@weekly", ["2026-01-04 00:00"]),
    ("@daily", ["2026-01-02 00:00"]),
    ("@midnight", ["2026-01-02 00:00"]),
    ("@hourly", ["2026-01-01 10:00"]),
]


@pytest.mark.parametrize(("expression", "expected"), TABLE)
def test_table(expression: str, expected: list[str]) -> None:
    assert walls(rule({"cron": expression}), AFTER, len(expected)) == expected


def test_reboot_is_startup() -> None:
    assert rule({"cron": "@reboot"}) == rule("startup")


def test_several_expressions_mean_any_of_them() -> None:
    found = rule({"cron": ["0 5 * * *", "0 17 * * *"]})
    assert walls(found, AFTER, 3) == ["2026-01-01 17:00", "2026-01-02 05:00", "2026-01-02 17:00"]


WRONG = [
    ("61 0 * * *", "minute", 0),
    ("0 24 * * *", "hour", 2),
    ("0 0 31 2 *", "day-of-month", 4),
    ("0 0 * foo *", "month", 6),
    ("0 0 * * fri#6", "day-of-week", 8),
    ("0 0 * * * 9", "day-of-week", 10),
    ("*/0 * * * *", "minute", 0),
    ("0 0 * *", "five fields", 0),
    ("@dayly", "'@daily'", 0),
]


@pytest.mark.parametrize(("expression", "words", "position"), WRONG)
def test_a_wrong_field_is_named_and_pointed_at(expression: str, words: str, position: int) -> None:
    with pytest.raises(RecurrenceError, match=words) as caught:
        rule({"cron": expression})
    assert (caught.value.position, caught.value.key) == (position, "cron")  # type: ignore[attr-defined]


# --- H -----------------------------------------------------------------------------------------------


def test_h_spreads_tasks_over_the_hour_and_stays_the_same() -> None:
    minutes = Counter()
    for number in range(600):
        slot = rule({"cron": "H * * * *"}, name=f"task{number}").next_after(AFTER, AFTER)
        assert slot == rule({"cron": "H * * * *"}, name=f"task{number}").next_after(AFTER, AFTER)
        assert slot is not None
        minutes[slot.minute] += 1
    assert len(minutes) == 60
    assert max(minutes.values()) < 30


def test_h_is_the_same_on_every_machine() -> None:
    assert walls(rule({"cron": "H H * * *"}, name="checkdata"), AFTER, 1) == ["2026-01-01 21:52"]


def test_h_within_bounds_and_steps() -> None:
    for number in range(50):
        name = f"task{number}"
        bounded = rule({"cron": "H(10-19) H(2-4) * * *"}, name=name).next_after(AFTER, AFTER)
        assert bounded is not None
        assert 10 <= bounded.minute <= 19
        assert 2 <= bounded.hour <= 4
        steps = list(islice(forward(rule({"cron": "H/15 * * * *"}, name=name), AFTER, AFTER), 8))
        assert {b - a for a, b in pairwise(steps)} == {timedelta(minutes=15)}
        monthly = rule({"cron": "0 0 H * *"}, name=name)
        assert {slot.day for slot in monthly.slots(AFTER, AFTER + 400 * DAY, AFTER)} <= set(range(1, 29))
        weekly = rule({"cron": "H H * * H"}, name=name)
        assert len(list(weekly.slots(AFTER, AFTER + 70 * DAY, AFTER))) == 10


# --- against cronsim ---------------------------------------------------------------------------------


def _field(low: int, high: int) -> st.SearchStrategy[str]:
    number = st.integers(low, high)
    ranges = st.tuples(number, number).map(lambda pair: f"{min(pair)}-{max(pair)}")
    steps = st.tuples(st.one_of(st.just("*"), ranges), st.integers(1, high)).map(lambda pair: f"{pair[0]}/{pair[1]}")
    lists = st.lists(number, min_size=1, max_size=3).map(lambda numbers: ",".join(map(str, numbers)))
    return st.one_of(st.just("*"), lists, ranges, steps)


expressions = st.builds(
    lambda *fields: " ".join(fields),
    _field(0, 59),
    _field(0, 23),
    st.one_of(_field(1, 28), st.sampled_from(["L", "LW"])),
    _field(1, 12),
    st.one_of(_field(0, 6), st.sampled_from(["mon#1", "5L", "sun"])),
)
moments = st.integers(0, 47 * 365 * 86400).map(lambda seconds: utc("1990-01-01") + timedelta(seconds=seconds))


@examples(200)
@given(expressions, moments)
def test_in_utc_the_slots_are_those_of_cronsim(expression: str, after: datetime) -> None:
    expected = list(islice(CronSim(expression, after), 5))
    assert list(islice(forward(rule({"cron": expression}), after, after), len(expected))) == expected


@examples(200)
@given(expressions, moments, st.sampled_from(ZONES))
def test_away_from_clock_changes_the_slots_are_those_of_cronsim(expression: str, after: datetime, zone: str) -> None:
    calm_until = min((change for change in changes(zone) if change > after - 2 * DAY), default=after + 400 * DAY) - DAY
    expected = list(islice(CronSim(expression, after.astimezone(ZoneInfo(zone))), 5))
    found = islice(forward(rule({"cron": expression}, zone), after, after), 5)
    for slot, other in zip(found, expected, strict=True):
        if other > calm_until:
            break
        assert slot == other


@examples(100)
@given(_field(0, 59), _field(0, 59), _field(0, 23), moments)
def test_with_seconds_too(second: str, minute: str, hour: str, after: datetime) -> None:
    expression = f"{second} {minute} {hour} * * *"
    expected = list(islice(CronSim(expression, after), 5))
    assert list(islice(forward(rule({"cron": expression}), after, after), 5)) == expected
