"""Gaps, folds and skipped dates: first by hand, then every kind of clock change against a minute-by-minute walk."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from examples import examples
from hypothesis import given
from hypothesis import strategies as st
from rules_under_test import DAY, FIRST, MINUTE, ZONES, changes, forward, kinds_of_change, local, rule, shown, utc

HOUR = timedelta(hours=1)

BY_HAND = [
    # a wall time in the spring gap: the first instant after it, once
    ("day at 02:30", "Europe/Berlin", "2026-03-28 12:00", ["2026-03-29 03:00:00+02:00", "2026-03-30 02:30:00+02:00"]),
    ("day at 02:15, 02:45", "Europe/Berlin", "2026-03-28 12:00",
     ["2026-03-29 03:00:00+02:00", "2026-03-30 02:15:00+02:00"]),
    ("day at 02:30, 03:00", "Europe/Berlin", "2026-03-28 12:00",
     ["2026-03-29 03:00:00+02:00", "2026-03-30 02:30:00+02:00"]),
    ("cron 30 2 * * *", "Europe/Berlin", "2026-03-28 12:00",
     ["2026-03-29 03:00:00+02:00", "2026-03-30 02:30:00+02:00"]),
    ("rrule FREQ=DAILY;BYHOUR=2;BYMINUTE=30;BYSECOND=0", "Europe/Berlin", "2026-03-28 12:00",
     ["2026-03-29 03:00:00+02:00", "2026-03-30 02:30:00+02:00"]),
    # a wall time of the autumn fold: the first pass, once
    ("day at 02:30", "Europe/Berlin", "2026-10-24 12:00", ["2026-10-25 02:30:00+02:00", "2026-10-26 02:30:00+01:00"]),
    ("cron 30 2 * * *", "Europe/Berlin", "2026-10-24 12:00",
     ["2026-10-25 02:30:00+02:00", "2026-10-26 02:30:00+01:00"]),
    ("cron 15 30 2 * * *", "Europe/Berlin", "2026-10-24 12:00",
     ["2026-10-25 02:30:15+02:00", "2026-10-26 02:30:15+01:00"]),
    # wildcards and marks follow the clock
    ("cron */30 2 * * *", "Europe/Berlin", "2026-03-28 12:00",
     ["2026-03-30 02:00:00+02:00", "2026-03-30 02:30:00+02:00"]),
    ("cron */30 * * * *", "Europe/Berlin", "2026-10-25 02:20",
     ["2026-10-25 02:30:00+02:00", "2026-10-25 02:00:00+01:00", "2026-10-25 02:30:00+01:00",
      "2026-10-25 03:00:00+01:00"]),
    ("hour at :30", "Europe/Berlin", "2026-10-25 01:40",
     ["2026-10-25 02:30:00+02:00", "2026-10-25 02:30:00+01:00", "2026-10-25 03:30:00+01:00"]),
    ("hour at :30", "Europe/Berlin", "2026-03-29 01:20", ["2026-03-29 01:30:00+01:00", "2026-03-29 03:30:00+02:00"]),
    # half an hour back (Lord Howe): the clock shows :45 twice within the hour, and :15 once
    ("hour at :45", "Australia/Lord_Howe", "2026-04-05 01:00",
     ["2026-04-05 01:45:00+11:00", "2026-04-05 01:45:00+10:30", "2026-04-05 02:45:00+10:30"]),
    ("hour at :15", "Australia/Lord_Howe", "2026-04-05 01:00",
     ["2026-04-05 01:15:00+11:00", "2026-04-05 02:15:00+10:30"]),
    # elapsed time below a day, wall-clock time from a day on
    ("hour", "Europe/Berlin", "2026-03-29 01:30", ["2026-03-29 03:30:00+02:00", "2026-03-29 04:30:00+02:00"]),
    ("12 hours", "Europe/Berlin", "2026-10-24 22:00", ["2026-10-25 09:00:00+01:00", "2026-10-25 21:00:00+01:00"]),
    ("day", "Europe/Berlin", "2026-10-24 22:00", ["2026-10-25 22:00:00+01:00", "2026-10-26 22:00:00+01:00"]),
    ("2 hours at :30", "Europe/Berlin", "2026-03-28 23:10", ["2026-03-29 01:30:00+01:00", "2026-03-29 04:30:00+02:00"]),
    # midnight itself skipped, or shown twice
    ("day at 00:00", "America/Sao_Paulo", "2018-11-03 12:00",
     ["2018-11-04 01:00:00-02:00", "2018-11-05 00:00:00-02:00"]),
    ("sunday", "America/Sao_Paulo", "2018-11-01 12:00", ["2018-11-04 01:00:00-02:00", "2018-11-11 00:00:00-02:00"]),
    ("cron */15 0 4 11 *", "America/Sao_Paulo", "2018-11-01 12:00", ["2019-11-04 00:00:00-03:00"]),
    ("day at 23:30", "America/Sao_Paulo", "2018-02-17 12:00",
     ["2018-02-17 23:30:00-02:00", "2018-02-18 23:30:00-03:00"]),
    # a date that a zone skipped has no slot
    ("day at 12:00", "Pacific/Apia", "2011-12-28 20:00",
     ["2011-12-29 12:00:00-10:00", "2011-12-31 12:00:00+14:00", "2012-01-01 12:00:00+14:00"]),
    ("day", "Pacific/Apia", "2011-12-28 20:00", ["2011-12-29 20:00:00-10:00", "2011-12-31 20:00:00+14:00"]),
    ("cron 0 12 30 12 *", "Pacific/Apia", "2011-12-01 00:00", ["2012-12-30 12:00:00+14:00"]),
    ("cron */15 * 30 12 *", "Pacific/Apia", "2011-12-01 00:00", ["2012-12-30 00:00:00+14:00"]),
    ("rrule FREQ=DAILY;BYHOUR=12;BYMINUTE=0;BYSECOND=0", "Pacific/Apia", "2011-12-28 20:00",
     ["2011-12-29 12:00:00-10:00", "2011-12-31 12:00:00+14:00"]),
    ("year on december 30", "Pacific/Apia", "2011-06-01 00:00", ["2012-12-30 00:00:00+14:00"]),
    ("day at 12:00", "Pacific/Kwajalein", "1993-08-19 20:00",
     ["1993-08-20 12:00:00-12:00", "1993-08-22 12:00:00+12:00"]),
    # a gap over midnight does not skip the date
    ("day at 23:45", "America/Toronto", "1919-03-29 23:50", ["1919-03-31 00:30:00-04:00", "1919-03-31 23:45:00-04:00"]),
]  # fmt: skip


@pytest.mark.parametrize(("phrase", "zone", "after", "expected"), BY_HAND)
def test_by_hand(phrase: str, zone: str, after: str, expected: list[str]) -> None:
    start = local(after, zone)
    found = rule(phrase, zone)
    slots = forward(found, start, start)
    assert [shown(next(slots), zone) for _ in expected] == expected


def _walk(zone_name: str, change: datetime) -> list[tuple[datetime, datetime]]:
    """Instant and wall time of every minute around a change."""
    zone = ZoneInfo(zone_name)
    instants = [change + minutes * MINUTE for minutes in range(-30 * 60, 30 * 60)]
    return [(instant, instant.astimezone(zone).replace(tzinfo=None)) for instant in instants]


def test_every_kind_of_change_as_a_walk_through_its_minutes_tells() -> None:
    for zone, change in kinds_of_change():
        _compare_with_walk(zone, change)


def _compare_with_walk(zone: str, change: datetime) -> None:
    walk = _walk(zone, change)
    start, end = change - 26 * HOUR, change + 26 * HOUR
    dates = {wall.date() for _, wall in walk}
    edges = {walk[30 * 60 + shift][1].time().replace(second=0) for shift in (-1, 0, 20, -20)}
    back, ahead = walk[30 * 60 - 1][1] + MINUTE, walk[30 * 60][1]
    between = min(back, ahead) + abs(ahead - back) / 2  # the middle of the gap or fold
    for at in {*edges, between.time().replace(second=0, microsecond=0)}:
        expected = sorted(
            {
                next(instant for instant, wall in walk if wall >= datetime.combine(day, at))
                for day in dates
                if walk[0][1] < datetime.combine(day, at) <= walk[-1][1]
            }
        )
        expected = [slot for slot in expected if start < slot <= end]
        for phrase in (f"day at {at:%H:%M}", f"cron {at.minute} {at.hour} * * *"):
            assert list(rule(phrase, zone).slots(start, end, start)) == expected, (zone, change, phrase)

        marks = [instant for instant, wall in walk if wall.minute == at.minute and start < instant <= end]
        for phrase in (f"hour at :{at.minute:02}", f"cron {at.minute} * * * *", f"cron 0 {at.minute} */1 * * *"):
            assert list(rule(phrase, zone).slots(start, end, start)) == marks, (zone, change, phrase)


def test_kinds_of_change_cover_what_the_world_does() -> None:
    assert len(kinds_of_change()) > 60
    sizes = {change.astimezone(ZoneInfo(zone)).utcoffset() for zone, change in kinds_of_change()}
    assert len(sizes) > 30


PHRASES = [
    "day at 02:30", "day", "week", "month", "2 days at 00:15", "hour at :30", "minute at :17", "2 hours at :45",
    "sunday", "weekday at 01:59", "last day of the month at 23:59", "last sunday of the month at 02:00",
    "month on day 31", "year on february 29", "3 months on day 15 at 06:00", "easter at 02:30", "5 to 10 minutes",
    "1 to 3 days", "1 to 3 days at 02:30", "90 minutes", "cron 30 2 * * *", "cron */20 1-3 * * *", "cron H H * * *",
    "rrule FREQ=WEEKLY;BYDAY=SU;BYHOUR=2;BYMINUTE=30;BYSECOND=0", "rrule FREQ=HOURLY;INTERVAL=3",
    "hour between 01:30 and 02:30", "30 minutes only on sunday", "day at 02:30 spread 2h",
    "day at 02:30 or hour at :45",
]  # fmt: skip
NAMES_WALL_TIMES = ("day", "week", "month", "sunday", "last", "year", "easter", "cron 30", "cron H")


@st.composite
def places(draw: st.DrawFn) -> tuple[str, datetime]:
    """A zone and an instant, near one of its clock changes as a rule."""
    zone = draw(st.sampled_from(ZONES))
    moments = changes(zone)
    if moments and draw(st.integers(0, 4)):
        near = draw(st.sampled_from(moments)) + draw(st.integers(-30 * 3600, 30 * 3600)) * timedelta(seconds=1)
    else:
        near = FIRST + draw(st.integers(0, 47 * 365 * 86400)) * timedelta(seconds=1)
    return zone, near


@examples(400)
@given(places(), st.sampled_from(PHRASES), st.integers(0, 3 * 365 * 86400))
def test_slots_are_later_in_order_and_none_is_lost(place: tuple[str, datetime], phrase: str, age: int) -> None:
    zone, after = place
    anchor = after - timedelta(seconds=age)
    found = rule(phrase, zone)
    first = found.next_after(after, anchor)
    assert first is not None
    assert first > after
    second = found.next_after(first, anchor)
    assert second is not None
    assert second > first
    # from any instant between two slots the later one is found
    for part in (0.001, 0.5, 0.999):
        middle = first + (second - first) * part
        if first <= middle < second:
            assert found.next_after(middle, anchor) == second
    assert found.next_after(second - timedelta(microseconds=1), anchor) == second
    # backwards leads to the same slots
    floor = first - timedelta(microseconds=1)
    assert found.previous(second, anchor, floor) == second
    assert found.previous(second - timedelta(microseconds=1), anchor, floor) == first
    assert found.previous(first, anchor, first) is None
    span = found.summary(floor, second, anchor)
    assert span is not None
    assert (span.first, span.last, span.count) == (first, second, 2)


@examples(300)
@given(places(), st.sampled_from([phrase for phrase in PHRASES if phrase.startswith(NAMES_WALL_TIMES)]))
def test_no_wall_time_of_a_calendar_rule_comes_twice_or_on_a_skipped_date(
    place: tuple[str, datetime], phrase: str
) -> None:
    zone_name, change = place
    zone = ZoneInfo(zone_name)
    slots = list(
        rule(phrase.partition(" spread")[0], zone_name).slots(change - 3 * DAY, change + 3 * DAY, change - 40 * DAY)
    )
    seen = [slot.astimezone(zone).replace(tzinfo=None) for slot in slots]
    if " or " not in phrase:
        assert len(set(seen)) == len(seen)
    for slot in slots:  # no slot at an instant that the zone's clocks can't show
        assert slot.astimezone(zone).astimezone(slot.tzinfo) == slot


COUNTED = [
    "cron 30 2 * * *", "cron */20 1-3 * * *", "cron 17 */6 * * sun,mon", "cron 0,30 0,23 * * *", "cron 15 * 1,15 * fri",
    "hour at :30", "hour at :00, :59", "2 hours at :15",
]  # fmt: skip


@examples(200)
@given(places(), st.sampled_from(COUNTED), st.integers(0, 9 * 86400), st.integers(0, 12 * 86400))
def test_days_are_counted_as_a_walk_would(place: tuple[str, datetime], phrase: str, before: int, length: int) -> None:
    zone, near = place
    after = near - timedelta(seconds=before)
    until = after + timedelta(seconds=length)
    found = rule(phrase, zone)
    slots = list(found.slots(after, until, after))
    span = found.summary(after, until, after)
    assert (span and (span.first, span.last, span.count)) == ((slots and (slots[0], slots[-1], len(slots))) or None)


@examples(200)
@given(places(), st.integers(1, 400), st.sampled_from(["second", "minute", "hour"]), st.integers(0, 10**7))
def test_intervals_are_equidistant_through_every_change(
    place: tuple[str, datetime], every: int, unit: str, age: int
) -> None:
    zone, after = place
    anchor = after - timedelta(seconds=age)
    found = rule(f"{every} {unit}s", zone)
    slots = forward(found, after, anchor)
    first, second, third = next(slots), next(slots), next(slots)
    assert second - first == third - second == timedelta(**{f"{unit}s": every})
    assert (first - anchor) % (second - first) == timedelta(0)
    assert first - after <= second - first


@examples(200)
@given(places(), st.integers(1, 50), st.integers(1, 50), st.integers(0, 10**8))
def test_irregular_pauses_stay_within_their_bounds(place: tuple[str, datetime], low: int, more: int, age: int) -> None:
    zone, after = place
    anchor = after - timedelta(seconds=age)
    slots = forward(rule(f"{low} to {low + more} seconds", zone), after, anchor)
    found = [next(slots) for _ in range(20)]
    pauses = [(b - a).total_seconds() for a, b in pairwise(found)]
    assert all(low <= pause <= low + more for pause in pauses)
    assert found[0] - after <= timedelta(seconds=low + more)
    days = forward(rule(f"{low} to {low + more} days"), after, anchor)
    dates: list[date] = [next(days).date() for _ in range(10)]
    assert all(low <= (b - a).days <= low + more for a, b in pairwise(dates))


def test_irregular_pauses_differ_between_tasks_and_are_the_same_after_a_restart() -> None:
    start = utc("2026-01-01 00:00")
    one, again = rule("5 to 10 seconds", name="a"), rule("5 to 10 seconds", name="a")
    other = rule("5 to 10 seconds", name="b")
    hour = start + HOUR
    assert list(one.slots(start, hour, start)) == list(again.slots(start, hour, start))
    assert list(one.slots(start, hour, start)) != list(other.slots(start, hour, start))
    slots = list(one.slots(start, hour, start))
    pauses = {(b - a).total_seconds() for a, b in pairwise(slots)}
    assert pauses == {5, 6, 7, 8, 9, 10}


def test_irregular_pauses_are_the_same_on_every_machine() -> None:
    start = utc("2026-01-01 00:00")
    slots = rule("5 to 10 seconds", name="checkdata").slots(start, start + MINUTE, start)
    assert [(slot - start).seconds for slot in slots] == [8, 15, 22, 29, 37, 44, 53, 59]


def test_irregular_pauses_are_counted_by_number() -> None:
    start = utc("2026-01-01 00:00")
    found = rule("5 to 10 seconds", name="checkdata")
    for after, until in ((start - HOUR, start), (start, start + HOUR), (start + 8 * MINUTE, start + 8.05 * MINUTE)):
        slots = list(found.slots(after, until, start))
        span = found.summary(after, until, start)
        assert (span and (span.first, span.last, span.count)) == ((slots and (slots[0], slots[-1], len(slots))) or None)
    year = found.summary(start, start + 365 * DAY, start)
    assert year is not None
    assert abs(year.count - 365 * 86400 / 7.5) < 2
