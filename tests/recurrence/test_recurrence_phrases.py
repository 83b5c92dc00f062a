"""The phrases of `every:` as a table: the phrase, its canonical text, and its next slots after a Thursday morning."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from rules_under_test import rule, utc, walls

from linodctl.errors import RecurrenceError
from linodctl.recurrence import NEVER, Recurrence, parse_recurrence
from linodctl.recurrence.problem import EXAMPLES, MEANT

ANCHOR = utc("2026-01-01 09:05:03")  # a Thursday

TABLE: list[tuple[str, str, list[str]]] = [
    # elapsed time
    ("10 seconds", "10 seconds", ["2026-01-01 09:05:13", "2026-01-01 09:05:23"]),
    ("1 hour", "1 hour", ["2026-01-01 10:05:03", "2026-01-01 11:05:03"]),
    ("every 90 minutes", "90 minutes", ["2026-01-01 10:35:03", "2026-01-01 12:05:03"]),
    ("Every 5 Minutes", "5 minutes", ["2026-01-01 09:10:03", "2026-01-01 09:15:03"]),
    # marks on the clock's face
    ("minute at :17", "minute at :17", ["2026-01-01 09:05:17", "2026-01-01 09:06:17"]),
    ("hour at :30", "hour at :30", ["2026-01-01 09:30", "2026-01-01 10:30"]),
    ("hour at :00, :30", "hour at :00, :30", ["2026-01-01 09:30", "2026-01-01 10:00"]),
    ("hour at 05:30", "hour at 05:30", ["2026-01-01 09:05:30", "2026-01-01 10:05:30"]),
    ("2 hours at :15", "2 hours at :15", ["2026-01-01 11:15", "2026-01-01 13:15"]),
    ("2 hours at :15 from 2026-01-01 10:00", "2 hours at :15 from 2026-01-01 10:00",
     ["2026-01-01 10:15", "2026-01-01 12:15"]),
    # bare units of wall-clock time keep the anchor's time of day, and its day
    ("day", "day", ["2026-01-02 09:05:03", "2026-01-03 09:05:03"]),
    ("2 weeks", "2 weeks", ["2026-01-15 09:05:03", "2026-01-29 09:05:03"]),
    ("month", "month", ["2026-02-01 09:05:03", "2026-03-01 09:05:03"]),
    ("month from 2026-01-31", "month from 2026-01-31",
     ["2026-01-31 00:00", "2026-02-28 00:00", "2026-03-31 00:00", "2026-04-30 00:00"]),
    ("year from 2024-02-29", "year from 2024-02-29", ["2026-02-28 00:00", "2027-02-28 00:00", "2028-02-29 00:00"]),
    ("month at 06:00", "month at 06:00", ["2026-02-01 06:00", "2026-03-01 06:00"]),
    ("week at 06:00", "week at 06:00", ["2026-01-08 06:00", "2026-01-15 06:00"]),
    # times of day
    ("day at 10:30", "day at 10:30", ["2026-01-01 10:30", "2026-01-02 10:30"]),
    ("day at 9:00", "day at 09:00", ["2026-01-02 09:00"]),
    ("day at 10:30, 9:30 and 17:00", "day at 09:30, 10:30, 17:00",
     ["2026-01-01 09:30", "2026-01-01 10:30", "2026-01-01 17:00"]),
    ("day at 00:00", "day at 00:00", ["2026-01-02 00:00"]),
    ("2 days at 10:30", "2 days at 10:30", ["2026-01-03 10:30", "2026-01-05 10:30"]),
    ("2 days at 10:30 from 2026-01-04", "2 days at 10:30 from 2026-01-04", ["2026-01-04 10:30", "2026-01-06 10:30"]),
    # weekdays
    ("monday", "monday", ["2026-01-05 00:00", "2026-01-12 00:00"]),
    ("mondays", "monday", ["2026-01-05 00:00"]),
    ("wednesday at 13:15", "wednesday at 13:15", ["2026-01-07 13:15", "2026-01-14 13:15"]),
    ("fri, tue at 08:00", "tuesday, friday at 08:00", ["2026-01-02 08:00", "2026-01-06 08:00"]),
    ("tuesday and friday at 08:00", "tuesday, friday at 08:00", ["2026-01-02 08:00"]),
    ("mon-fri at 09:00", "weekday at 09:00", ["2026-01-02 09:00", "2026-01-05 09:00"]),
    ("friday-monday", "monday, friday, saturday, sunday", ["2026-01-02 00:00", "2026-01-03 00:00"]),
    ("month on the 15th at 06:00", "month on day 15 at 06:00", ["2026-01-15 06:00", "2026-02-15 06:00"]),
    ("1st and 15th of the month", "month on day 1, 15", ["2026-01-15 00:00", "2026-02-01 00:00"]),
    ("weekday at 09:00", "weekday at 09:00", ["2026-01-02 09:00", "2026-01-05 09:00"]),
    ("weekend", "saturday, sunday", ["2026-01-03 00:00", "2026-01-04 00:00", "2026-01-10 00:00"]),
    ("week on tuesday", "tuesday", ["2026-01-06 00:00"]),
    ("2 weeks on tuesday from 2026-01-06", "2 weeks on tuesday from 2026-01-06",
     ["2026-01-06 00:00", "2026-01-20 00:00"]),
    ("2 weeks on tuesday from 2026-01-07 at 10:00", "2 weeks on tuesday at 10:00 from 2026-01-07",
     ["2026-01-13 10:00", "2026-01-27 10:00"]),
    ("2 weeks on monday, friday", "2 weeks on monday, friday",
     ["2026-01-02 00:00", "2026-01-12 00:00", "2026-01-16 00:00"]),
    # days of the month
    ("month on day 15 at 06:00", "month on day 15 at 06:00", ["2026-01-15 06:00", "2026-02-15 06:00"]),
    ("day 15 of the month", "month on day 15", ["2026-01-15 00:00"]),
    ("month on day 31", "month on day 31", ["2026-01-31 00:00", "2026-03-31 00:00", "2026-05-31 00:00"]),
    ("3 months on day 15 at 06:00", "3 months on day 15 at 06:00", ["2026-01-15 06:00", "2026-04-15 06:00"]),
    ("month on day 1, 15 and last day", "month on day 1, 15 and last day",
     ["2026-01-15 00:00", "2026-01-31 00:00", "2026-02-01 00:00"]),
    ("last day", "last day of the month", ["2026-01-31 00:00", "2026-02-28 00:00"]),
    ("month on last day at 23:00", "last day of the month at 23:00", ["2026-01-31 23:00", "2026-02-28 23:00"]),
    ("second last day of the month", "second last day of the month", ["2026-01-30 00:00"]),
    ("last friday of the month", "last friday of the month", ["2026-01-30 00:00", "2026-02-27 00:00"]),
    ("the second friday of each month at 12:00", "second friday of the month at 12:00",
     ["2026-01-09 12:00", "2026-02-13 12:00"]),
    ("fifth thursday of the month", "fifth thursday of the month", ["2026-01-29 00:00", "2026-04-30 00:00"]),
    ("first and last weekday of the month", "first and last weekday of the month",
     ["2026-01-30 00:00", "2026-02-02 00:00"]),
    ("last monday/friday of the month", "last monday/friday of the month",
     ["2026-01-30 00:00", "2026-02-27 00:00", "2026-03-30 00:00"]),
    ("2 months on first monday", "2 months on first monday", ["2026-01-05 00:00", "2026-03-02 00:00"]),
    ("month on first monday/friday since day 15", "month on first monday/friday since day 15",
     ["2026-01-16 00:00", "2026-02-16 00:00"]),
    # days of the year
    ("year on december 24 at 18:00", "year on december 24 at 18:00", ["2026-12-24 18:00", "2027-12-24 18:00"]),
    ("year on 24 dec and jan 6", "year on january 6 and december 24", ["2026-01-06 00:00", "2026-12-24 00:00"]),
    ("year on february 29", "year on february 29", ["2028-02-29 00:00", "2032-02-29 00:00"]),
    ("last friday of the year", "last friday of the year", ["2026-12-25 00:00", "2027-12-31 00:00"]),
    ("100th day of the year", "100th day of the year", ["2026-04-10 00:00", "2027-04-10 00:00", "2028-04-09 00:00"]),
    ("easter", "easter", ["2026-04-05 00:00", "2027-03-28 00:00", "2028-04-16 00:00"]),
    ("39 days after easter at 10:00", "39 days after easter at 10:00", ["2026-05-14 10:00", "2027-05-06 10:00"]),
    ("2 days before easter", "2 days before easter", ["2026-04-03 00:00"]),
    ("2 years on easter", "2 years on easter", ["2026-04-05 00:00", "2028-04-16 00:00"]),
    # the rest
    ("never", "never", []),
    ("startup", "startup", []),
    ("once at 2026-12-24 18:00", "once at 2026-12-24 18:00", ["2026-12-24 18:00"]),
    ("once at 2026-12-24T18:00:00+02:00", "once at 2026-12-24T16:00:00+00:00", ["2026-12-24 16:00"]),
    ("once on 2026-12-24", "once at 2026-12-24", ["2026-12-24 00:00"]),
    ("day at 10:00 or monday at 13:00", "day at 10:00 or monday at 13:00", ["2026-01-01 10:00", "2026-01-02 10:00"]),
    ("cron 0 5 * * mon", "cron 0 5 * * mon", ["2026-01-05 05:00"]),
    ("rrule FREQ=DAILY;BYHOUR=5;BYMINUTE=0;BYSECOND=0", "rrule FREQ=DAILY;BYHOUR=5;BYMINUTE=0;BYSECOND=0",
     ["2026-01-02 05:00"]),
]  # fmt: skip


@pytest.mark.parametrize(("phrase", "text", "expected"), TABLE)
def test_table(phrase: str, text: str, expected: list[str]) -> None:
    found = rule(phrase)
    assert found.text == text
    assert rule(text) == found
    assert hash(rule(text)) == hash(found)
    assert walls(found, ANCHOR, max(len(expected), 1)) == expected


@pytest.mark.parametrize("phrase", EXAMPLES)
def test_the_examples_in_error_messages_are_valid(phrase: str) -> None:
    assert rule(rule(phrase).text) == rule(phrase)


@pytest.mark.parametrize(("example", "said"), MEANT.items())
def test_what_people_write_instead_of_a_phrase_brings_up_that_phrase(example: str, said: str) -> None:
    assert rule(rule(example).text) == rule(example)
    for word in said.split():
        with pytest.raises(RecurrenceError, match=re.escape(f"try {example!r}")) as caught:
            rule(f"please {word}")
        assert f"for example: {example}" in caught.value.pointed()  # type: ignore[attr-defined]


def test_a_zone_in_the_phrase() -> None:
    found = rule("day at 12:42 Europe/Amsterdam", "Asia/Tokyo")
    assert (found.zone, found.text) == ("Europe/Amsterdam", "day at 12:42 in Europe/Amsterdam")
    assert found.next_after(ANCHOR, ANCHOR) == utc("2026-01-01 11:42")
    assert rule("day at 12:42 UTC", "Asia/Tokyo") == rule("day at 12:42 in UTC", "Asia/Tokyo")
    assert rule("day at 12:42", "Asia/Tokyo").text == "day at 12:42"  # the site's zone is not repeated
    assert rule("day at 12:42", "Asia/Tokyo").next_after(ANCHOR, ANCHOR) == utc("2026-01-02 03:42")


# --- properties of a rule ----------------------------------------------------------------------------

BARE = ["10 seconds", "hour", "day", "2 weeks", "month", "year", "once", "5 to 10 seconds", "1 to 3 days",
        "hour between 08:00 and 18:00",
        "10 minutes after finish", "day or monday"]  # fmt: skip
NOT_BARE = ["day at 10:30", "monday", "hour at :30", "minute at :17", "last day", "easter", "never", "startup",
            "cron 0 5 * * *",
            "once at 2026-12-24", "2 weeks from 2026-01-06", "10 seconds from 2026-01-01", "month at 06:00",
            "once from 2026-02-01"]  # fmt: skip


@pytest.mark.parametrize("phrase", BARE)
def test_a_bare_unit_is_due_asap(phrase: str) -> None:
    found = rule(phrase)
    assert found.is_bare
    just_before = ANCHOR - timedelta(microseconds=1)
    assert found.next_after(just_before, ANCHOR) == ANCHOR


@pytest.mark.parametrize("phrase", NOT_BARE)
def test_everything_else_waits_for_its_first_slot(phrase: str) -> None:
    assert not rule(phrase).is_bare


def test_never_and_startup() -> None:
    assert rule("never") == NEVER
    assert rule("startup").at_startup
    assert rule("startup or day at 10:00").at_startup
    assert not NEVER.at_startup
    assert NEVER.next_after(ANCHOR, ANCHOR) is None
    assert NEVER.summary(ANCHOR, ANCHOR + timedelta(days=9), ANCHOR) is None
    assert NEVER.previous(ANCHOR, ANCHOR, ANCHOR - timedelta(days=9)) is None


def test_in_seconds() -> None:
    assert rule("10 seconds").in_seconds
    assert rule("5 to 10 seconds between 08:00 and 18:00").in_seconds
    assert rule({"every": 10, "every_unit": "secondly"}).in_seconds
    assert not rule("minute at :17").in_seconds
    assert not rule("60 minutes").in_seconds


def test_after_finish() -> None:
    assert rule("10 minutes after finish").after_finish == timedelta(minutes=10)
    assert rule("day", after="finish").after_finish == timedelta(days=1)
    assert rule({"every": 10, "every_unit": "secondly", "after": "finish"}).after_finish == timedelta(seconds=10)
    assert rule("10 minutes").after_finish is None


def test_count() -> None:
    assert rule("hour 5 times").count == rule("hour", count=5).count == rule("hour", max_events=5).count == 5
    assert rule("hour").count is None


def test_several_rules_in_a_list_mean_any_of_them() -> None:
    found = rule({"every": ["day at 10:00", "2 weeks on tuesday from 2026-01-06 until 2026-01-31", "day at 10:00"]})
    assert found.text == "day at 10:00 or (2 weeks on tuesday from 2026-01-06 until 2026-01-31)"
    assert rule(found.text) == found
    assert [slot for slot in walls(found, ANCHOR, 40) if slot.endswith("00:00")] == [
        "2026-01-06 00:00",
        "2026-01-20 00:00",
    ]
    assert rule({"every": ["monday"]}) == rule("monday")


def test_a_slot_shared_by_two_rules_is_one_slot() -> None:
    found = rule({"every": ["day at 00:00", "monday"]})
    week = list(found.slots(ANCHOR, ANCHOR + timedelta(days=7), ANCHOR))
    assert len(week) == len(set(week)) == 7


def test_a_grid_ignores_when_it_is_asked() -> None:
    found = rule("7 minutes")
    assert found.next_after(ANCHOR + timedelta(minutes=7 * 1000, seconds=1), ANCHOR) == ANCHOR + timedelta(
        minutes=7 * 1001
    )


def test_the_far_ends_of_the_calendar_are_no_trouble() -> None:
    beginning, end = utc("0001-01-01"), utc("9998-01-01")
    for phrase, _, _ in TABLE:
        found = rule(phrase, "Europe/Berlin")
        assert found.next_after(end, ANCHOR) is None
        assert found.next_after(beginning, ANCHOR) != end
        assert found.previous(ANCHOR, ANCHOR, beginning) != end
    assert rule("10000000 weeks").next_after(ANCHOR, ANCHOR) is None
    assert rule("10000000 years").next_after(ANCHOR, ANCHOR) is None
    assert rule("10000000 months on day 1").next_after(utc("2100-01-01"), ANCHOR) is None


def test_summary_of_a_year_of_seconds_is_arithmetic() -> None:
    found = rule("10 seconds")
    span = found.summary(ANCHOR, ANCHOR + timedelta(days=365), ANCHOR)
    assert span is not None
    assert (span.first, span.last) == (ANCHOR + timedelta(seconds=10), ANCHOR + timedelta(days=365))
    assert span.count == 365 * 8640
    assert found.summary(ANCHOR, ANCHOR + timedelta(seconds=9), ANCHOR) is None


def test_equal_rules_of_different_tasks_differ_only_where_the_name_counts() -> None:
    def of(name: str, phrase: str) -> Recurrence:
        return parse_recurrence({"every": phrase}, name=name, zone="UTC")

    assert of("a", "day at 10:30") == of("b", "day at 10:30")
    assert of("a", "5 to 10 seconds") != of("b", "5 to 10 seconds")
    assert of("a", "cron H H * * *") != of("b", "cron H H * * *")
