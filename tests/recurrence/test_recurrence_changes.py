"""What `check` warns of: wall times that a clock change skips or doubles."""

from __future__ import annotations

import pytest
from rules_under_test import rule, utc

from linodctl.recurrence.changes import clock_changes

NOW, YEAR_LATER = utc("2026-01-01 00:00"), utc("2027-01-01 00:00")

TABLE = [
    ("day at 02:30", "Europe/Berlin", "2026-03-29 02:30 does not exist in Europe/Berlin"),
    ("day at 03:00", "Europe/Berlin", None),
    ("day at 02:00", "Europe/Berlin", "2026-03-29 02:00 does not exist in Europe/Berlin"),
    ("last sunday of the month at 02:30", "Europe/Berlin", "2026-03-29 02:30 does not exist in Europe/Berlin"),
    ("day at 02:30 from 2026-06-01", "Europe/Berlin", "2026-10-25 02:30 comes twice in Europe/Berlin"),
    ("month on day 25 at 02:30 only on sunday", "Europe/Berlin", "2026-10-25 02:30 comes twice in Europe/Berlin"),
    ("monday at 02:30", "Europe/Berlin", None),
    ("day at 02:30", "UTC", None),
    ("day at 02:30 or day at 12:00", "Europe/Berlin", "2026-03-29 02:30 does not exist in Europe/Berlin"),
    ("cron 30 2 * * *", "Europe/Berlin", "2026-03-29 02:30 does not exist in Europe/Berlin"),
    ("cron */30 2 * * *", "Europe/Berlin", None),
    ("rrule FREQ=DAILY;BYHOUR=2;BYMINUTE=30;BYSECOND=0", "Europe/Berlin",
     "2026-03-29 02:30 does not exist in Europe/Berlin"),
    ("rrule FREQ=HOURLY", "Europe/Berlin", None),
    ("once at 2026-10-25 02:30", "Europe/Berlin", "2026-10-25 02:30 comes twice in Europe/Berlin"),
    ("once at 2026-10-25T02:30:00+02:00", "Europe/Berlin", None),
    ("day at 12:00 or (day at 02:30 in Europe/Berlin)", "UTC", "2026-03-29 02:30 does not exist in Europe/Berlin"),
    ("day from 2026-03-01T02:30:00+01:00", "Europe/Berlin", "2026-03-29 02:30 does not exist in Europe/Berlin"),
    ("day from 2026-03-01T01:30:00+00:00", "Europe/Berlin", "2026-03-29 02:30 does not exist in Europe/Berlin"),
    ("day at 02:30 until 2026-03-28T23:30:00+00:00", "Europe/Berlin", None),
    ("hour at :30", "Europe/Berlin", None),
    ("30 minutes", "Europe/Berlin", None),
]  # fmt: skip


@pytest.mark.parametrize(("phrase", "zone", "text"), TABLE)
def test_table(phrase: str, zone: str, text: str | None) -> None:
    found = rule(phrase, zone).clock_trouble(NOW, YEAR_LATER, NOW)
    assert (found and found.text) == text


def test_clock_changes_of_a_year() -> None:
    spring, autumn = clock_changes("Europe/Berlin", NOW, YEAR_LATER)
    assert (spring.instant, spring.kind, str(spring.start)) == (
        utc("2026-03-29 01:00"),
        "skipped",
        "2026-03-29 02:00:00",
    )
    assert (autumn.instant, autumn.kind, str(autumn.end)) == (utc("2026-10-25 01:00"), "doubled", "2026-10-25 03:00:00")
    assert clock_changes("UTC", NOW, YEAR_LATER) == ()
