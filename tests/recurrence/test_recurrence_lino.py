"""Lino's fields: the table of docs/recurrence.md, worked out by hand, and the mistakes people make with them."""

from __future__ import annotations

from datetime import date, time
from typing import Any

import pytest
from rules_under_test import rule, utc, walls

from linodctl.errors import RecurrenceError

ANCHOR = utc("2026-01-01 09:05:03")  # a Thursday

# every_unit, further fields, the equal phrase, the next slots
TABLE: list[tuple[str, dict[str, Any], str, list[str]]] = [
    ("never", {}, "never", []),
    ("once", {}, "once", []),
    ("once", {"start_date": "2026-02-01"}, "once at 2026-02-01", ["2026-02-01 00:00"]),
    ("once", {"start_date": "2026-02-01", "start_time": "09:30"}, "once at 2026-02-01 09:30", ["2026-02-01 09:30"]),
    ("once", {"start_date": date(2026, 2, 1), "friday": True}, "once at 2026-02-06", ["2026-02-06 00:00"]),
    ("secondly", {"every": 10}, "10 seconds", ["2026-01-01 09:05:13", "2026-01-01 09:05:23"]),
    ("minutely", {"every": 5}, "5 minutes", ["2026-01-01 09:10:03"]),
    ("hourly", {}, "1 hour", ["2026-01-01 10:05:03"]),
    ("hourly", {"start_date": "2026-01-02", "start_time": "08:00", "end_time": "10:00"},
     "1 hour from 2026-01-02 08:00 between 08:00 and 10:00",
     ["2026-01-02 08:00", "2026-01-02 09:00", "2026-01-02 10:00", "2026-01-03 08:00"]),
    ("hourly", {"every": 12, "saturday": True}, "12 hours only on saturday", ["2026-01-03 09:05:03",
     "2026-01-03 21:05:03"]),
    ("hourly", {"end_time": time(10, 30)}, "1 hour between 00:00 and 10:30", ["2026-01-01 10:05:03",
     "2026-01-02 00:05:03"]),
    ("daily", {}, "day", ["2026-01-02 09:05:03"]),
    ("daily", {"start_time": "09:30"}, "day at 09:30", ["2026-01-01 09:30", "2026-01-02 09:30"]),
    ("daily", {"start_time": "09:30", "end_time": "11:00"}, "day at 09:30", ["2026-01-01 09:30"]),
    ("daily", {"every": 2, "start_date": "2026-01-04", "start_time": "09:30"}, "2 days at 09:30 from 2026-01-04",
     ["2026-01-04 09:30", "2026-01-06 09:30"]),
    ("daily", {"start_date": "2026-01-04"}, "day from 2026-01-04", ["2026-01-04 00:00", "2026-01-05 00:00"]),
    ("daily", {"monday": True, "friday": True, "start_time": "09:30"}, "day at 09:30 only on monday, friday",
     ["2026-01-02 09:30", "2026-01-05 09:30"]),
    ("weekly", {}, "week", ["2026-01-08 09:05:03"]),
    ("weekly", {"start_date": "2026-01-06", "start_time": "09:30", "every": 2}, "2 weeks at 09:30 from 2026-01-06",
     ["2026-01-06 09:30", "2026-01-20 09:30"]),
    ("weekly", {"tuesday": True, "thursday": True, "start_time": "09:30"}, "tuesday, thursday at 09:30",
     ["2026-01-01 09:30", "2026-01-06 09:30", "2026-01-08 09:30"]),
    ("weekly", {"every": 2, "tuesday": True, "start_date": "2026-01-06"}, "2 weeks on tuesday from 2026-01-06",
     ["2026-01-06 00:00", "2026-01-20 00:00"]),
    ("weekly", {"monday": True, "wednesday": True, "friday": True, "positions": "1 -1"}, "monday, friday",
     ["2026-01-02 00:00", "2026-01-05 00:00"]),
    ("per_weekday", {"monday": True, "start_time": "09:30"}, "monday at 09:30", ["2026-01-05 09:30"]),
    ("monthly", {}, "month", ["2026-02-01 09:05:03"]),
    ("monthly", {"start_date": "2026-01-31", "start_time": "09:30"}, "month at 09:30 from 2026-01-31",
     ["2026-01-31 09:30", "2026-02-28 09:30", "2026-03-31 09:30"]),
    ("monthly", {"positions": "1 -1"}, "month on day 1 and last day", ["2026-01-31 00:00", "2026-02-01 00:00",
     "2026-02-28 00:00"]),
    ("monthly", {"positions": "-1", "friday": True, "start_time": "09:30"}, "last friday of the month at 09:30",
     ["2026-01-30 09:30", "2026-02-27 09:30"]),
    ("monthly", {"positions": "1 -1", "monday": True}, "first and last monday of the month",
     ["2026-01-05 00:00", "2026-01-26 00:00", "2026-02-02 00:00"]),
    ("monthly", {"positions": [1, -1], **dict.fromkeys(["monday", "tuesday", "wednesday", "thursday", "friday"], True)},
     "first and last weekday of the month", ["2026-01-30 00:00", "2026-02-02 00:00"]),
    ("monthly", {"every": 3, "positions": 2, "tuesday": True, "start_date": "2026-01-01"},
     "3 months on second tuesday from 2026-01-01", ["2026-01-13 00:00", "2026-04-14 00:00"]),
    ("monthly", {"monday": True, "start_date": "2026-01-15"}, "month on first monday since day 15 from 2026-01-15",
     ["2026-01-19 00:00", "2026-02-16 00:00"]),
    ("monthly", {"monday": True}, "month on first monday since day 1", ["2026-01-05 00:00", "2026-02-02 00:00"]),
    ("yearly", {"start_date": "2026-12-24", "start_time": "18:00"}, "year at 18:00 from 2026-12-24",
     ["2026-12-24 18:00", "2027-12-24 18:00"]),
    ("yearly", {"positions": "1 -1"}, "first and last day of the year", ["2026-12-31 00:00", "2027-01-01 00:00"]),
    ("yearly", {"positions": "-1", "friday": True}, "last friday of the year", ["2026-12-25 00:00",
     "2027-12-31 00:00"]),
    ("yearly", {"monday": True, "start_date": "2026-12-24"}, "year on first monday since december 24 from 2026-12-24",
     ["2026-12-28 00:00", "2027-12-27 00:00"]),
    ("easter", {}, "easter", ["2026-04-05 00:00", "2027-03-28 00:00"]),
    ("easter", {"start_date": "2025-05-29", "start_time": "10:00"}, "39 days after easter at 10:00 from 2025-05-29",
     ["2026-05-14 10:00", "2027-05-06 10:00"]),
    ("easter", {"every": 2}, "2 years on easter", ["2026-04-05 00:00", "2028-04-16 00:00"]),
    ("daily", {"start_time": "09:30", "end_date": "2026-01-02"},
     "day at 09:30 until 2026-01-02", ["2026-01-01 09:30", "2026-01-02 09:30"]),
    ("hourly", {"max_events": 3}, "1 hour 3 times", ["2026-01-01 10:05:03"]),
    ("daily", {"start_time": "09:30", "timezone": "Asia/Tokyo"}, "day at 09:30 in Asia/Tokyo", ["2026-01-02 09:30"]),
]  # fmt: skip


@pytest.mark.parametrize(("unit", "fields", "phrase", "expected"), TABLE)
def test_table(unit: str, fields: dict[str, Any], phrase: str, expected: list[str]) -> None:
    found = rule({"every_unit": unit, **fields})
    assert found.text == phrase
    assert found == rule(phrase)
    assert walls(found, ANCHOR, max(len(expected), 1)) == expected


def test_flags_alone_are_a_rule_per_weekday() -> None:
    assert rule({"monday": True, "start_time": "09:30"}) == rule("monday at 09:30")
    assert rule({"every": "day at 10:00", "monday": False}) == rule("day at 10:00")  # a flag that is off says nothing


def test_a_number_may_be_a_text() -> None:
    assert rule({"every": "10", "every_unit": "secondly"}) == rule("10 seconds")


WRONG: list[tuple[dict[str, Any], str, str]] = [
    ({"every": 3600}, "every", "3600 has no unit; write '3600 seconds'"),
    ({"every": "3600"}, "every", "3600 has no unit"),
    ({"every": True}, "every", "True is not a phrase"),
    ({"every": 1.5}, "every", "1.5 is not a phrase"),
    ({"every": 0, "every_unit": "daily"}, "every", "whole number from 1 on"),
    ({"every": "10 seconds", "every_unit": "daily"}, "every", "whole number from 1 on, not '10 seconds'"),
    ({"every": "hour", "monday": True}, "every", r"on: \[monday\]"),
    ({"every": 1, "every_unit": "dayly"}, "every_unit", "did you mean 'daily'"),
    ({"every": 1, "start_time": "09:30"}, "every_unit", "every_unit is missing"),
    ({"every_unit": "per_weekday"}, "every_unit", "needs a weekday"),
    ({"every_unit": "daily", "start_time": 570}, "start_time", "write it in quotes"),
    ({"every_unit": "daily", "start_time": "9.30"}, "start_time", "is not a time of day"),
    ({"every_unit": "daily", "monday": "yes"}, "monday", "not true or false"),
    ({"every_unit": "daily", "positions": "1"}, "positions", "mean nothing"),
    ({"every_unit": "monthly", "positions": "0"}, "positions", "are not positions"),
    ({"every_unit": "monthly", "positions": "first"}, "positions", "are not positions"),
    ({"every_unit": "once", "start_time": "09:30"}, "start_date", "needs a start_date"),
    ({"every_unit": "easter", "start_date": "2026-12-24"}, "start_date", "180 days"),
    ({"every_unit": "daily", "start_date": "24.12.2026"}, "start_date", "is not a date"),
    ({"every_unit": "daily", "cron": "0 5 * * *"}, "cron", "can't stand beside"),
    ({"every_unit": "daily", "start_date": "2026-01-01", "from": "2026-01-02"}, "from", "says again"),
]


@pytest.mark.parametrize(("options", "key", "words"), WRONG)
def test_mistakes_name_the_option(options: dict[str, Any], key: str, words: str) -> None:
    with pytest.raises(RecurrenceError, match=words) as caught:
        rule(options)
    assert caught.value.key == key  # type: ignore[attr-defined]
    assert "\n" not in str(caught.value)
