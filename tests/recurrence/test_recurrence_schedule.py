"""The `every:` phrases against the yardstick: the same jobs made with the `schedule` library, outside clock changes.

The one wanted difference, a bare `monday`, has a test of its own.
"""

from __future__ import annotations

import datetime as real
from collections.abc import Callable
from types import SimpleNamespace

import pytest
import schedule
from examples import examples
from hypothesis import HealthCheck, given
from hypothesis import strategies as st
from rules_under_test import rule, utc

Make = Callable[[schedule.Scheduler], schedule.Job]

PHRASES: dict[str, Make] = {
    "second": lambda s: s.every().second,
    "10 seconds": lambda s: s.every(10).seconds,
    "minute": lambda s: s.every().minute,
    "5 minutes": lambda s: s.every(5).minutes,
    "hour": lambda s: s.every().hour,
    "3 hours": lambda s: s.every(3).hours,
    "day": lambda s: s.every().day,
    "4 days": lambda s: s.every(4).days,
    "week": lambda s: s.every().week,
    "2 weeks": lambda s: s.every(2).weeks,
    "minute at :17": lambda s: s.every().minute.at(":17"),
    "3 minutes at :05": lambda s: s.every(3).minutes.at(":05"),
    "hour at :30": lambda s: s.every().hour.at(":30"),
    "hour at :00": lambda s: s.every().hour.at(":00"),
    "hour at 05:30": lambda s: s.every().hour.at("05:30"),
    "5 hours at 20:30": lambda s: s.every(5).hours.at("20:30"),
    "day at 10:30": lambda s: s.every().day.at("10:30"),
    "day at 10:30:42": lambda s: s.every().day.at("10:30:42"),
    "2 days at 10:30": lambda s: s.every(2).days.at("10:30"),
    "3 days at 23:59": lambda s: s.every(3).days.at("23:59"),
    "monday at 00:00": lambda s: s.every().monday.at("00:00"),
    "tuesday at 17:00": lambda s: s.every().tuesday.at("17:00"),
    "wednesday at 13:15": lambda s: s.every().wednesday.at("13:15"),
    "thursday at 05:06:07": lambda s: s.every().thursday.at("05:06:07"),
    "friday at 12:00": lambda s: s.every().friday.at("12:00"),
    "saturday at 23:59:59": lambda s: s.every().saturday.at("23:59:59"),
    "sunday at 01:00": lambda s: s.every().sunday.at("01:00"),
}


class Frozen(real.datetime):
    """A `datetime` whose `now` stands still."""

    stands_at = real.datetime(2026, 1, 1)

    @classmethod
    def now(cls, tz: real.tzinfo | None = None) -> real.datetime:  # type: ignore[override]
        assert tz is None
        return cls.stands_at


@pytest.fixture(autouse=True)
def _frozen_schedule(monkeypatch: pytest.MonkeyPatch) -> None:
    frozen = SimpleNamespace(datetime=Frozen, timedelta=real.timedelta, time=real.time, date=real.date)
    monkeypatch.setattr(schedule, "datetime", frozen)


def _job_at(now: real.datetime, make: Make) -> schedule.Job:
    Frozen.stands_at = now.replace(tzinfo=None)
    return make(schedule.Scheduler()).do(lambda: None)


def _next_run(job: schedule.Job) -> real.datetime:
    assert job.next_run is not None
    return job.next_run.replace(tzinfo=real.UTC)


moments = st.integers(0, 40 * 365 * 86400).map(lambda seconds: utc("1995-01-01") + real.timedelta(seconds=seconds))


@examples(400, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(moments, st.sampled_from(sorted(PHRASES)))
def test_the_next_three_runs_are_those_of_schedule(start: real.datetime, phrase: str) -> None:
    found = rule(phrase)
    job = _job_at(start, PHRASES[phrase])
    slot = start
    for _ in range(3):
        following = found.next_after(slot, start)
        assert following == _next_run(job)
        slot = following
        Frozen.stands_at = slot.replace(tzinfo=None)
        job._schedule_next_run()


@pytest.mark.parametrize("phrase", sorted(PHRASES))
def test_every_phrase_of_the_table_is_compared(phrase: str) -> None:
    start = utc("2026-03-04 10:29:58")
    assert rule(phrase).next_after(start, start) == _next_run(_job_at(start, PHRASES[phrase]))


def test_a_bare_weekday_means_midnight_where_schedule_keeps_the_time_of_the_call() -> None:
    start = utc("2026-03-04 10:29:58")
    assert rule("monday").next_after(start, start) == utc("2026-03-09 00:00")
    assert _next_run(_job_at(start, lambda s: s.every().monday)) == utc("2026-03-09 10:29:58")


def test_a_range_has_the_same_bounds() -> None:
    start = utc("2026-03-04 10:29:58")
    found = rule("5 to 10 seconds").next_after(start, start)
    assert found is not None
    for run in (found, _next_run(_job_at(start, lambda s: s.every(5).to(10).seconds))):
        assert real.timedelta(seconds=5) <= run - start <= real.timedelta(seconds=10)
