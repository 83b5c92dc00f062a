"""RFC 5545: the examples of section 3.8.5.3, dateutil as the yardstick, and rules that started long ago."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import islice, pairwise
from time import perf_counter

import pytest
from dateutil.rrule import rrulestr
from examples import examples
from hypothesis import given
from hypothesis import strategies as st
from rules_under_test import forward, rule, shown, utc, walls

from linodctl.errors import RecurrenceError

ZONE = "America/New_York"

# DTSTART;TZID=America/New_York:19970902T090000 unless another start is given; the first slots as the RFC lists them
RFC = [
    ("FREQ=DAILY;COUNT=10", None, [f"09-{day:02}" for day in range(2, 12)] + [None]),
    ("FREQ=DAILY;UNTIL=19970905T000000Z", None, ["09-02", "09-03", "09-04", None]),
    ("FREQ=DAILY;INTERVAL=2", None, ["09-02", "09-04", "09-06"]),
    ("FREQ=DAILY;INTERVAL=10;COUNT=5", None, ["09-02", "09-12", "09-22", "10-02", "10-12", None]),
    ("FREQ=WEEKLY;COUNT=10", None,
     ["09-02", "09-09", "09-16", "09-23", "09-30", "10-07", "10-14", "10-21", "10-28", "11-04", None]),
    ("FREQ=WEEKLY;INTERVAL=2;WKST=SU", None, ["09-02", "09-16", "09-30", "10-14", "10-28", "11-11"]),
    ("FREQ=WEEKLY;UNTIL=19971007T000000Z;WKST=SU;BYDAY=TU,TH", None,
     ["09-02", "09-04", "09-09", "09-11", "09-16", "09-18", "09-23", "09-25", "09-30", "10-02", None]),
    ("FREQ=WEEKLY;INTERVAL=2;UNTIL=19971224T000000Z;WKST=SU;BYDAY=MO,WE,FR", "19970901T090000",
     ["09-01", "09-03", "09-05", "09-15", "09-17", "09-19", "09-29", "10-01", "10-03", "10-13"]),
    ("FREQ=WEEKLY;INTERVAL=2;COUNT=8;WKST=SU;BYDAY=TU,TH", None,
     ["09-02", "09-04", "09-16", "09-18", "09-30", "10-02", "10-14", "10-16", None]),
    ("FREQ=MONTHLY;COUNT=10;BYDAY=1FR", "19970905T090000",
     ["09-05", "10-03", "11-07", "12-05", "1998-01-02", "1998-02-06"]),
    ("FREQ=MONTHLY;INTERVAL=2;COUNT=10;BYDAY=1SU,-1SU", "19970907T090000",
     ["09-07", "09-28", "11-02", "11-30", "1998-01-04", "1998-01-25", "1998-03-01", "1998-03-29", "1998-05-03",
      "1998-05-31", None]),
    ("FREQ=MONTHLY;COUNT=6;BYDAY=-2MO", "19970922T090000",
     ["09-22", "10-20", "11-17", "12-22", "1998-01-19", "1998-02-16", None]),
    ("FREQ=MONTHLY;BYMONTHDAY=-3", "19970928T090000", ["09-28", "10-29", "11-28", "12-29", "1998-01-29", "1998-02-26"]),
    ("FREQ=MONTHLY;COUNT=10;BYMONTHDAY=2,15", None, ["09-02", "09-15", "10-02", "10-15", "11-02", "11-15", "12-02"]),
    ("FREQ=MONTHLY;COUNT=10;BYMONTHDAY=1,-1", "19970930T090000",
     ["09-30", "10-01", "10-31", "11-01", "11-30", "12-01"]),
    ("FREQ=MONTHLY;INTERVAL=18;COUNT=10;BYMONTHDAY=10,11,12,13,14,15", "19970910T090000",
     ["09-10", "09-11", "09-12", "09-13", "09-14", "09-15", "1999-03-10", "1999-03-11", "1999-03-12", "1999-03-13",
      None]),
    ("FREQ=MONTHLY;INTERVAL=2;BYDAY=TU", None, ["09-02", "09-09", "09-16", "09-23", "09-30", "11-04", "11-11"]),
    ("FREQ=YEARLY;COUNT=10;BYMONTH=6,7", "19970610T090000", ["06-10", "07-10", "1998-06-10", "1998-07-10"]),
    ("FREQ=YEARLY;INTERVAL=2;COUNT=10;BYMONTH=1,2,3", "19970310T090000",
     ["03-10", "1999-01-10", "1999-02-10", "1999-03-10", "2001-01-10"]),
    ("FREQ=YEARLY;INTERVAL=3;COUNT=10;BYYEARDAY=1,100,200", "19970101T090000",
     ["01-01", "04-10", "07-19", "2000-01-01", "2000-04-09", "2000-07-18", "2003-01-01"]),
    ("FREQ=YEARLY;BYDAY=20MO", "19970519T090000", ["05-19", "1998-05-18", "1999-05-17"]),
    ("FREQ=YEARLY;BYWEEKNO=20;BYDAY=MO", "19970512T090000", ["05-12", "1998-05-11", "1999-05-17"]),
    ("FREQ=YEARLY;BYMONTH=3;BYDAY=TH", "19970313T090000", ["03-13", "03-20", "03-27", "1998-03-05", "1998-03-12"]),
    ("FREQ=MONTHLY;BYDAY=FR;BYMONTHDAY=13\nEXDATE;TZID=America/New_York:19970902T090000", None,
     ["1998-02-13", "1998-03-13", "1998-11-13", "1999-08-13", "2000-10-13"]),
    ("FREQ=MONTHLY;BYDAY=SA;BYMONTHDAY=7,8,9,10,11,12,13", "19970913T090000",
     ["09-13", "10-11", "11-08", "12-13", "1998-01-10"]),
    ("FREQ=YEARLY;INTERVAL=4;BYMONTH=11;BYDAY=TU;BYMONTHDAY=2,3,4,5,6,7,8", "19961105T090000",
     ["1996-11-05", "2000-11-07", "2004-11-02"]),
    ("FREQ=MONTHLY;COUNT=3;BYDAY=TU,WE,TH;BYSETPOS=3", "19970904T090000", ["09-04", "10-07", "11-06", None]),
    ("FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-2", "19970929T090000",
     ["09-29", "10-30", "11-27", "12-30", "1998-01-29"]),
    ("FREQ=HOURLY;INTERVAL=3;UNTIL=19970902T170000Z", None, ["09-02 09:00", "09-02 12:00", None]),
    ("FREQ=MINUTELY;INTERVAL=15;COUNT=6", None,
     ["09-02 09:00", "09-02 09:15", "09-02 09:30", "09-02 09:45", "09-02 10:00", "09-02 10:15", None]),
    ("FREQ=MINUTELY;INTERVAL=90;COUNT=4", None, ["09-02 09:00", "09-02 10:30", "09-02 12:00", "09-02 13:30", None]),
    ("FREQ=DAILY;BYHOUR=9,10,11,12,13,14,15,16;BYMINUTE=0,20,40", None,
     ["09-02 09:00", "09-02 09:20", "09-02 09:40", "09-02 10:00"]),
    ("FREQ=WEEKLY;INTERVAL=2;COUNT=4;BYDAY=TU,SU;WKST=MO", "19970805T090000",
     ["08-05", "08-10", "08-19", "08-24", None]),
    ("FREQ=WEEKLY;INTERVAL=2;COUNT=4;BYDAY=TU,SU;WKST=SU", "19970805T090000",
     ["08-05", "08-17", "08-19", "08-31", None]),
    ("FREQ=MONTHLY;BYMONTHDAY=15,30;COUNT=5", "20070115T090000",
     ["2007-01-15", "2007-01-30", "2007-02-15", "2007-03-15", "2007-03-30", None]),
]  # fmt: skip


def _full(short: str) -> str:
    day, _, at = short.partition(" ")
    return f"{day if len(day) == 10 else f'1997-{day}'} {at or '09:00'}"


@pytest.mark.parametrize(("text", "start", "expected"), RFC)
def test_examples_of_the_rfc(text: str, start: str | None, expected: list[str | None]) -> None:
    found = rule({"rrule": f"DTSTART;TZID={ZONE}:{start or '19970902T090000'}\nRRULE:{text}"}, "UTC")
    assert found.zone == ZONE
    slots = walls(found, utc("1990-01-01"), len(expected))
    assert slots == [_full(short) for short in expected if short is not None]


def test_a_daily_rule_keeps_its_wall_time_through_the_autumn() -> None:
    found = rule({"rrule": f"DTSTART;TZID={ZONE}:19970902T090000\nRRULE:FREQ=DAILY"})
    slots = list(islice(forward(found, utc("1997-10-25 00:00"), utc("1997-01-01")), 2))
    assert [shown(slot, ZONE) for slot in slots] == ["1997-10-25 09:00:00-04:00", "1997-10-26 09:00:00-05:00"]


def test_without_a_start_the_anchor_is_the_start() -> None:
    anchor = utc("2026-01-01 09:05:03")
    assert walls(rule({"rrule": "FREQ=DAILY;INTERVAL=2"}), utc("2026-02-01"), 2, anchor) == [
        "2026-02-02 09:05:03",
        "2026-02-04 09:05:03",
    ]
    assert rule({"rrule": "FREQ=DAILY"}).is_bare
    assert not rule({"rrule": "FREQ=DAILY;BYHOUR=5"}).is_bare
    assert not rule({"rrule": "FREQ=DAILY", "from": "2026-01-01"}).is_bare


def test_an_until_without_a_time_includes_that_day() -> None:
    found = rule({"rrule": "FREQ=DAILY;UNTIL=20260103", "from": "2026-01-01 09:00"})
    assert walls(found, utc("2026-01-01"), 5) == ["2026-01-01 09:00", "2026-01-02 09:00", "2026-01-03 09:00"]


RULES = [
    "FREQ=YEARLY", "FREQ=YEARLY;INTERVAL=3;BYMONTH=1,5", "FREQ=YEARLY;BYWEEKNO=1,52,53;BYDAY=MO,SU",
    "FREQ=YEARLY;BYYEARDAY=-1,60",
    "FREQ=MONTHLY", "FREQ=MONTHLY;INTERVAL=5;BYDAY=-1FR", "FREQ=MONTHLY;BYDAY=MO,TU;BYSETPOS=1,-1;INTERVAL=2",
    "FREQ=WEEKLY", "FREQ=WEEKLY;INTERVAL=3;BYDAY=TU,SU;WKST=SU", "FREQ=WEEKLY;INTERVAL=3;BYDAY=TU,SU;WKST=MO",
    "FREQ=DAILY;INTERVAL=7", "FREQ=DAILY;INTERVAL=11;BYMONTH=2,3", "FREQ=HOURLY;INTERVAL=7",
    "FREQ=HOURLY;INTERVAL=5;BYMINUTE=0,30",
    "FREQ=DAILY;INTERVAL=3;BYDAY=MO,FR", "FREQ=DAILY;BYMONTHDAY=-1,13;BYHOUR=8,20",
    "FREQ=DAILY;BYHOUR=6,7,8;BYSETPOS=-1", "FREQ=HOURLY;INTERVAL=5;BYMONTHDAY=1,15",
    "FREQ=HOURLY;BYDAY=SU;BYMONTH=2,3", "FREQ=HOURLY;BYYEARDAY=-1,100",
    "FREQ=MINUTELY;INTERVAL=90;BYDAY=TU;BYHOUR=9,10", "FREQ=SECONDLY;INTERVAL=7000;BYMONTHDAY=-3",
    "FREQ=MINUTELY;INTERVAL=47", "FREQ=MINUTELY;INTERVAL=20;BYHOUR=9,10", "FREQ=SECONDLY;INTERVAL=3601",
]  # fmt: skip


@examples(200)
@given(st.sampled_from(RULES), st.integers(0, 10**7), st.integers(0, 300 * 86400))
def test_a_jump_ahead_finds_what_dateutil_finds_step_by_step(text: str, begin: int, age: int) -> None:
    start = utc("2019-06-01") + timedelta(seconds=begin)
    after = start + timedelta(seconds=age)
    series = rrulestr(text, dtstart=start.replace(tzinfo=None))
    expected = [slot.replace(tzinfo=UTC) for slot in series.xafter(after.replace(tzinfo=None), count=4)]
    assert list(islice(forward(rule({"rrule": text}), after, start), 4)) == expected


@pytest.mark.parametrize("text", [*RULES, "FREQ=SECONDLY;INTERVAL=10", "FREQ=MINUTELY"])
def test_an_old_rule_costs_no_more_than_a_young_one(text: str) -> None:
    found, now = rule({"rrule": text}), utc("2026-01-01")
    started = perf_counter()
    for _ in range(20):
        assert found.next_after(now, utc("1991-01-01")) is not None
    assert perf_counter() - started < 1  # walking 35 years of seconds would take hours


def test_a_count_is_reckoned_once() -> None:
    found = rule({"rrule": "FREQ=DAILY;COUNT=3", "from": "2026-01-01 09:00"})
    assert walls(found, utc("2025-01-01"), 9) == ["2026-01-01 09:00", "2026-01-02 09:00", "2026-01-03 09:00"]
    assert found.next_after(utc("2027-01-01"), utc("2025-01-01")) is None


@pytest.mark.parametrize("frequency", ["MONTHLY", "DAILY", "HOURLY", "SECONDLY"])
def test_a_rule_that_never_comes_ends(frequency: str) -> None:
    found = rule({"rrule": f"FREQ={frequency};BYMONTH=2;BYMONTHDAY=30"})
    assert found.next_after(utc("2026-01-01"), utc("2026-01-01")) is None
    assert not found.can_fire(utc("2026-01-01"))


@pytest.mark.parametrize("text", ["FREQ=HOURLY;INTERVAL=24;BYHOUR=3", "FREQ=MINUTELY;INTERVAL=1440;BYHOUR=3"])
def test_an_interval_can_miss_its_hour_for_ever(text: str) -> None:
    found = rule({"rrule": text})
    assert found.next_after(utc("2026-01-01"), utc("2026-01-01 04:00")) is None
    assert found.next_after(utc("2026-01-01"), utc("2026-01-01 03:00")) == utc("2026-01-01 03:00")
    assert rule({"rrule": text + ";COUNT=2"}).next_after(utc("2026-01-01"), utc("2026-01-01 04:00")) is None


def test_exdates_are_taken_out_by_wall_time_or_instant_and_count_all_the_same() -> None:
    found = rule(
        {
            "rrule": "DTSTART;TZID=America/New_York:20260301T090000\nRRULE:FREQ=DAILY;COUNT=5\n"
            "EXDATE;TZID=America/New_York:20260302T090000,20260303T100000\nEXDATE:20260304T140000Z"
        }
    )
    assert found.text == (
        "rrule FREQ=DAILY;COUNT=5;EXDATE=20260302T090000,20260303T100000,20260304T140000Z"
        " from 2026-03-01 09:00 in America/New_York"
    )
    assert rule(found.text) == found
    assert walls(found, utc("2026-01-01"), 9) == ["2026-03-01 09:00", "2026-03-03 09:00", "2026-03-05 09:00"]


def test_a_large_count_costs_nothing_where_it_can_be_reckoned() -> None:
    found = rule({"rrule": "FREQ=SECONDLY;INTERVAL=10000000;COUNT=100000"})
    start = utc("2026-01-01")
    assert found.next_after(start, start) == start + timedelta(seconds=10_000_000)
    found = rule({"rrule": "FREQ=SECONDLY;COUNT=100000"})
    assert found.next_after(start + timedelta(seconds=99_998), start) == start + timedelta(seconds=99_999)
    assert found.next_after(start + timedelta(seconds=99_999), start) is None


WRONG = [
    ("FREQ=DAYLY", "did you mean DAILY", 0),
    ("FREQ=DAILY;BYDAY=XX", "'XX' is no weekday", 11),
    ("FREQ=DAILY;INTERVAL=0", "INTERVAL has '0'", 11),
    ("FREQ=DAILY;BYHOURS=5", "did you mean BYHOUR", 11),
    ("BYHOUR=5", "FREQ is missing", 0),
    ("FREQ=DAILY;COUNT=2;UNTIL=20260101", "exclude each other", 11),
    ("FREQ=DAILY;FREQ=DAILY", "twice", 0),
    ("FREQ=DAILY;UNTIL=tomorrow", "is no date", 17),
    ("RRULE:FREQ=DAILY\nRDATE:20260101T090000", "RDATE is not supported", 0),
    ("RRULE:FREQ=DAILY\nRRULE:FREQ=WEEKLY", "a second RRULE is not supported", 0),
    ("DTSTART:2026\nRRULE:FREQ=DAILY", "'2026' is no date", 0),
    ("DTSTART:20261399\nRRULE:FREQ=DAILY", "month must be", 0),
    ("DTSTART;TZID=Europe/Tallin:20260101T090000\nRRULE:FREQ=DAILY", "did you mean 'Europe/Tallinn'", 0),
    (
        "DTSTART;TZID=Asia/Tokyo:20260101T090000\nEXDATE;TZID=UTC:20260102T090000\nRRULE:FREQ=DAILY",
        "several zones",
        0,
    ),
    ("FREQ=WEEKLY;BYDAY=1MO", "goes with FREQ=MONTHLY or YEARLY", 12),
    ("FREQ=MONTHLY;BYDAY=6MO", "a month has no 6", 13),
    ("FREQ=YEARLY;BYDAY=54MO", "a year has no 54", 12),
    ("FREQ=MONTHLY;BYWEEKNO=20", "goes only with FREQ=YEARLY", 13),
    ("FREQ=WEEKLY;BYMONTHDAY=13", "goes only with", 12),
    ("FREQ=DAILY;BYYEARDAY=100", "goes only with", 11),
    ("FREQ=SECONDLY;BYSETPOS=2", "more than there ever is", 14),
    ("FREQ=DAILY;BYHOUR=8,9;BYSETPOS=-3", "more than there ever is", 22),
    ("FREQ=DAILY;UNTIL=20261399", "month must be", 0),
]


@pytest.mark.parametrize(("text", "words", "position"), WRONG)
def test_a_wrong_part_is_named_and_pointed_at(text: str, words: str, position: int) -> None:
    with pytest.raises(RecurrenceError, match=words) as caught:
        rule({"rrule": text})
    assert caught.value.key == "rrule"  # type: ignore[attr-defined]
    assert caught.value.position == position


def test_slots_are_in_order_and_later() -> None:
    for text in RULES:
        slots = list(islice(forward(rule({"rrule": text}), utc("2026-01-01"), utc("2000-01-01 02:30")), 30))
        assert all(a < b for a, b in pairwise(slots))
        assert all(isinstance(slot, datetime) and slot.tzinfo is UTC for slot in slots)
