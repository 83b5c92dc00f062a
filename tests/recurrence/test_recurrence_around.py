"""What stands around a rule: from, until, between, on, except, spread; and `why_not`, `can_fire`, `expired`."""

from __future__ import annotations

import builtins
import re
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from typing import Any

import pytest
from examples import examples
from hypothesis import given
from hypothesis import strategies as st
from rules_under_test import DAY, local, rule, utc, walls

from linodctl.errors import RecurrenceError
from linodctl.recurrence import days_off, parse_recurrence
from linodctl.recurrence.around import WhyNot

ANCHOR = utc("2026-01-01 09:05:03")  # a Thursday
HOUR = timedelta(hours=1)
CALENDARS = {"closed": ["2026-12-24..2027-01-02", date(2026, 6, 24)], "empty": []}

TABLE: list[tuple[dict[str, Any], list[str]]] = [
    ({"every": "hour", "between": "08:00-11:30"},
     ["2026-01-01 10:05:03", "2026-01-01 11:05:03", "2026-01-02 08:05:03"]),
    ({"every": "hour at :00", "between": "08:00-10:00"}, ["2026-01-01 10:00", "2026-01-02 08:00", "2026-01-02 09:00"]),
    ({"every": "hour at :00", "between": "22:00-01:00"},
     ["2026-01-01 22:00", "2026-01-01 23:00", "2026-01-02 00:00", "2026-01-02 01:00", "2026-01-02 22:00"]),
    ({"every": "hour at :00", "between": ["11:00-11:30", "20:00-24:00"]},
     ["2026-01-01 11:00", "2026-01-01 20:00", "2026-01-01 21:00"]),
    ({"every": "day at 10:00", "on": ["monday", "wed"]}, ["2026-01-05 10:00", "2026-01-07 10:00", "2026-01-12 10:00"]),
    ({"every": "day at 10:00", "on": "weekday"}, ["2026-01-01 10:00", "2026-01-02 10:00", "2026-01-05 10:00"]),
    ({"every": "day at 10:00", "except": "2026-01-02"}, ["2026-01-01 10:00", "2026-01-03 10:00"]),
    ({"every": "day at 10:00", "except": [date(2026, 1, 1), "2026-01-03..2026-01-08"]},
     ["2026-01-02 10:00", "2026-01-09 10:00"]),
    ({"every": "day at 10:00", "from": date(2026, 2, 1)}, ["2026-02-01 10:00", "2026-02-02 10:00"]),
    ({"every": "day at 10:00", "from": "2026-02-01 11:00"}, ["2026-02-02 10:00"]),
    ({"every": "day at 10:00", "from": datetime(2026, 2, 1, 10)}, ["2026-02-01 10:00"]),
    ({"every": "2 weeks", "from": "2026-01-06"}, ["2026-01-06 00:00", "2026-01-20 00:00"]),
    ({"every": "2 weeks", "from": "2025-01-06"}, ["2026-01-05 00:00", "2026-01-19 00:00"]),
    ({"every": "10 seconds", "from": "2026-01-01T12:00:00+02:00"}, ["2026-01-01 10:00", "2026-01-01 10:00:10"]),
    ({"every": "day at 10:00", "until": "2026-01-02"}, ["2026-01-01 10:00", "2026-01-02 10:00"]),
    ({"every": "day at 10:00", "until": "2026-01-02 10:00"}, ["2026-01-01 10:00", "2026-01-02 10:00"]),
    ({"every": "day at 10:00", "until": "2026-01-02 09:59"}, ["2026-01-01 10:00"]),
    ({"every": "day at 10:00", "start_date": "2026-01-03", "end_date": date(2026, 1, 4)},
     ["2026-01-03 10:00", "2026-01-04 10:00"]),
    ({"cron": "*/30 * * * *", "between": "10:00-10:30", "on": ["friday"]},
     ["2026-01-02 10:00", "2026-01-02 10:30", "2026-01-09 10:00"]),
    ({"rrule": "FREQ=HOURLY", "between": "08:00-09:30"}, ["2026-01-02 08:05:03", "2026-01-02 09:05:03"]),
    ({"every": ["day at 10:00", "day at 11:00"], "except": "2026-01-01"}, ["2026-01-02 10:00", "2026-01-02 11:00"]),
]  # fmt: skip


@pytest.mark.parametrize(("options", "expected"), TABLE)
def test_table(options: dict[str, Any], expected: list[str]) -> None:
    found = rule(options)
    limit = len(expected) + (1 if "until" in options or "end_date" in options else 0)
    assert walls(found, ANCHOR, limit) == expected
    assert parse_recurrence({"every": found.text}, name="task", zone="UTC") == found


def test_windows_are_wall_clock_time_of_the_zone() -> None:
    found = rule("hour at :00", "Europe/Berlin", between="08:00-09:00")
    assert walls(found, local("2026-03-28 07:00", "Europe/Berlin"), 4) == [
        "2026-03-28 08:00", "2026-03-28 09:00", "2026-03-29 08:00", "2026-03-29 09:00",
    ]  # fmt: skip


def test_a_window_within_a_fold_opens_twice() -> None:
    start = local("2026-10-25 01:50", "Europe/Berlin")
    found = rule("10 minutes", "Europe/Berlin", between="02:00-02:10")
    assert list(found.slots(start, start + 3 * HOUR, start)) == [
        start + timedelta(minutes=minutes) for minutes in (10, 20, 70, 80)
    ]


def test_a_window_that_a_gap_swallows_stays_shut_that_day() -> None:
    start = local("2026-03-29 01:00", "Europe/Berlin")
    found = rule("10 minutes", "Europe/Berlin", between="02:10-02:50")
    assert found.next_after(start, start) == local("2026-03-30 02:10", "Europe/Berlin")


# --- days off ----------------------------------------------------------------------------------------


def test_a_named_calendar() -> None:
    found = parse_recurrence(
        {"every": "day at 10:00", "except": "closed"}, name="task", zone="UTC", calendars=CALENDARS
    )
    assert walls(found, utc("2026-12-22 12:00"), 2) == ["2026-12-23 10:00", "2027-01-03 10:00"]
    assert walls(found, utc("2026-06-23 12:00"), 1) == ["2026-06-25 10:00"]
    assert found.text == "day at 10:00 except closed"
    again = parse_recurrence({"every": found.text}, name="task", zone="UTC", calendars=CALENDARS)
    assert again == found
    with pytest.raises(RecurrenceError, match="did you mean 'closed'"):
        parse_recurrence({"every": "day at 10:00", "except": ["close"]}, name="task", zone="UTC", calendars=CALENDARS)


@pytest.mark.parametrize(
    "spelling",
    [
        "holidays EE",
        "holidays: EE",
        "EE holidays",
        "public holidays of EE",
        "EE",
        {"holidays": "EE"},
        [{"country": ["EE"]}],
    ],
)
def test_public_holidays_of_a_country(spelling: Any) -> None:
    pytest.importorskip("holidays")
    found = rule("day at 10:00", **{"except": spelling})
    assert walls(found, utc("2026-12-23 12:00"), 1) == ["2026-12-27 10:00"]
    assert found.text == "day at 10:00 except holidays EE"
    assert rule(found.text) == found


def test_public_holidays_of_a_part_of_a_country() -> None:
    pytest.importorskip("holidays")
    epiphany = utc("2026-01-06 10:00")
    why = rule("day at 10:00 except holidays DE-BY").why_not(epiphany)
    assert why is not None
    assert re.fullmatch(r"'except' takes out \w.+ \(holidays DE-BY\)", why.text)  # its name depends on the locale
    assert rule("day at 10:00 except holidays DE").why_not(epiphany) is None
    with pytest.raises(RecurrenceError, match="no public holidays are known for 'XX'"):
        rule("day at 10:00", **{"except": "holidays XX"})


@pytest.fixture
def _no_holidays_package(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    real_import = builtins.__import__

    def without(name: str, *rest: Any, **more: Any) -> Any:
        if name == "holidays":
            raise ImportError(name)
        return real_import(name, *rest, **more)

    monkeypatch.setattr(builtins, "__import__", without)
    days_off.public_holidays.cache_clear()
    yield
    days_off.public_holidays.cache_clear()


@pytest.mark.usefixtures("_no_holidays_package")
def test_without_the_package_the_error_names_the_extra() -> None:
    with pytest.raises(RecurrenceError, match=r"pip install 'linodctl\[holidays\]'"):
        rule("day at 10:00", **{"except": "holidays EE"})


# --- spread ------------------------------------------------------------------------------------------


def test_spread_moves_every_slot_of_a_task_by_the_same_stable_part() -> None:
    shifts = set()
    for number in range(100):
        slots = list(rule("hour at :00 spread 10m", name=f"task{number}").slots(ANCHOR, ANCHOR + 5 * HOUR, ANCHOR))
        assert {b - a for a, b in pairwise(slots)} == {HOUR}
        shift = slots[0] - slots[0].replace(minute=0, second=0)
        assert timedelta(0) <= shift < timedelta(minutes=10)
        shifts.add(shift)
    assert len(shifts) > 70


def test_a_spread_of_a_second_spreads_over_that_second() -> None:
    found = [rule("10 seconds spread 1s", name=f"task{number}").next_after(ANCHOR, ANCHOR) for number in range(100)]
    shifts = {(slot - ANCHOR) % timedelta(seconds=1) for slot in found if slot is not None}
    assert len(shifts) > 80
    assert {shift % timedelta(milliseconds=1) for shift in shifts} == {timedelta(0)}


def test_spread_is_the_same_on_every_machine() -> None:
    found = rule("hour at :00", name="checkdata", spread="10m")
    assert found.next_after(ANCHOR, ANCHOR) == utc("2026-01-01 09:07:22")
    assert found.next_after(utc("2026-01-01 09:07:21"), ANCHOR) == utc("2026-01-01 09:07:22")


def test_filters_speak_about_the_slot_as_it_was_moved() -> None:
    for number in range(40):
        found = rule("hour at :00", name=f"task{number}", spread="1h", between="08:00-10:00", until="2026-01-05")
        for slot in found.slots(ANCHOR, ANCHOR + 9 * DAY, ANCHOR):
            assert time(8) <= slot.time() <= time(10)
            assert slot < utc("2026-01-06")


# --- why not -----------------------------------------------------------------------------------------

WHY = [
    ("day at 10:00", "2026-01-01 10:00", None),
    ("day at 10:00 between 08:00 and 09:00", "2026-01-01 10:00", WhyNot("window", "only between 08:00 and 09:00")),
    ("day at 10:00 between 08:00 and 11:00", "2026-01-01 10:00", None),
    ("day at 10:00 only on monday", "2026-01-01 10:00", WhyNot("window", "only on monday")),
    (
        "day at 10:00 except 2026-01-01..2026-01-03",
        "2026-01-01 10:00",
        WhyNot("holiday", "'except' takes out 2026-01-01..2026-01-03"),
    ),
    ("day at 10:00 from 2026-02-01", "2026-01-01 10:00", WhyNot("window", "from 2026-02-01")),
    ("day at 10:00 until 2025-12-31", "2026-01-01 10:00", WhyNot("window", "until 2025-12-31")),
    ("day at 10:00 until 2026-01-01", "2026-01-01 10:00", None),
]


@pytest.mark.parametrize(("phrase", "instant", "expected"), WHY)
def test_why_not(phrase: str, instant: str, expected: WhyNot | None) -> None:
    assert rule(phrase).why_not(utc(instant)) == expected


def test_unfiltered_names_the_instants_that_were_taken_out() -> None:
    found = rule("day at 10:00 only on monday except 2026-01-05 until 2026-02-01")
    taken = [slot for slot in found.unfiltered.slots(ANCHOR, ANCHOR + 7 * DAY, ANCHOR) if found.why_not(slot)]
    assert len(taken) == 7
    assert rule("day at 10:00").unfiltered == rule("day at 10:00")


# --- can it fire, has it expired ---------------------------------------------------------------------

NOW = utc("2026-06-01 12:00")
FIRES = ["10 seconds", "day at 10:00 from 2030-01-01", "never", "startup", "once", "once at 2026-12-24",
         "year on february 29",
         "day at 10:00 only on monday except holidays EE", "5 to 10 seconds between 08:00 and 09:00"]  # fmt: skip
EXPIRED = ["once at 2020-01-01", "once at 1950-01-01", "day at 10:00 until 2026-05-31",
           "10 seconds until 2020-01-01", "month until 2026-01-01",
           "2 weeks from 2020-01-01 until 2021-01-01", "rrule FREQ=DAILY;UNTIL=20200101",
           "cron 0 5 * * * until 2026-05-01"]  # fmt: skip
DEAD = ["monday only on tuesday", "day at 10:00 between 11:00 and 12:00", "hour at :30 between 08:00 and 08:15",
        "day at 10:00 from 2026-02-01 until 2026-01-01",
        "year on december 24 only on monday from 2026-01-01 until 2026-12-31",
        "once at 2026-12-24 except 2026-12-24", "rrule FREQ=MONTHLY;BYMONTH=2;BYMONTHDAY=30"]  # fmt: skip


@pytest.mark.parametrize("phrase", FIRES)
def test_rules_with_slots_to_come(phrase: str) -> None:
    assert rule(phrase).can_fire(NOW)
    assert not rule(phrase).expired(NOW)


@pytest.mark.parametrize("phrase", EXPIRED)
def test_rules_that_have_merely_expired(phrase: str) -> None:
    assert rule(phrase).can_fire(NOW)
    assert rule(phrase).expired(NOW)


@pytest.mark.parametrize("phrase", DEAD)
def test_rules_that_can_never_fire(phrase: str) -> None:
    assert not rule(phrase).can_fire(NOW)
    assert not rule(phrase).expired(NOW)


# --- counting ----------------------------------------------------------------------------------------

LIMITS = ["between 08:00 and 18:00", "between 22:00 and 06:00 only on weekday", "except 2026-03-28..2026-04-02",
          "only on sunday",
          "spread 17m between 01:00 and 03:30", "from 2026-03-28 01:13 until 2026-04-04 12:00"]  # fmt: skip


@examples(80)
@given(st.integers(7, 500), st.sampled_from(LIMITS), st.integers(0, 14 * 86400), st.integers(0, 10 * 86400))
def test_a_summary_counts_what_a_walk_finds(minutes: int, limits: str, begin: int, length: int) -> None:
    found = rule(f"{minutes} minutes {limits}", "Europe/Berlin")
    anchor = utc("2026-03-20 05:07:09")
    after = anchor + timedelta(seconds=begin)
    until = after + timedelta(seconds=length)
    slots = list(found.slots(after, until, anchor))
    span = found.summary(after, until, anchor)
    assert (span and (span.first, span.last, span.count)) == ((slots[0], slots[-1], len(slots)) if slots else None)
    assert found.previous(until, anchor, after) == (slots[-1] if slots else None)
    assert all(slot.tzinfo is UTC for slot in slots)


def test_a_year_of_seconds_in_windows_is_not_walked() -> None:
    found = rule("10 seconds between 08:00 and 18:00")
    span = found.summary(ANCHOR, ANCHOR + 365 * DAY, ANCHOR)
    assert span is not None
    assert span.count == 365 * 3600
