"""What a rule may cost: cheap imports, small values, and libraries only where a rule needs them."""

from __future__ import annotations

import subprocess
import sys

import pytest
from rules_under_test import rule, utc

HEAVY = ("cronsim", "dateutil", "holidays", "schedule", "pydantic", "sqlite_utils", "difflib")


@pytest.mark.parametrize(
    ("phrase", "needed"),
    [
        ("last friday of the month at 09:00 between 08:00 and 18:00 except 2026-12-24 spread 10m", set()),
        ("5 to 10 seconds", set()),
        ("cron H 5 * * mon", {"cronsim"}),
        ("rrule FREQ=DAILY", {"dateutil"}),
        ("day at 10:00 except holidays EE", {"holidays", "dateutil"}),
    ],
)
def test_a_rule_imports_only_what_it_needs(phrase: str, needed: set[str]) -> None:
    code = (
        "import sys; from datetime import datetime, UTC; from linodctl.recurrence import parse_recurrence\n"
        f"rule = parse_recurrence({{'every': {phrase!r}}}, name='task', zone='Europe/Tallinn')\n"
        "now = datetime(2026, 1, 1, tzinfo=UTC); rule.next_after(now, now)\n"
        f"print(*[name for name in {HEAVY!r} if name in sys.modules])"
    )
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert set(found.stdout.split()) <= needed


def test_rules_are_small_values_without_a_dict() -> None:
    for phrase in ("10 seconds", "day at 10:30", "last friday of the month", "cron 0 5 * * *", "hour spread 10m"):
        assert not hasattr(rule(phrase).rule, "__dict__")


def test_a_year_of_absence_is_counted_without_walking() -> None:
    start, end = utc("2026-01-01"), utc("2027-01-01")
    for phrase in (
        "second", "5 to 10 seconds", "second between 08:00 and 18:00 only on weekday except 2026-12-24",
        "cron * * * * * *", "minute at :00, :10, :20, :30, :40, :50, :55, :56, :57",
    ):  # fmt: skip
        span = rule(phrase).summary(start, end, start)  # walking 31 million slots would run into the test's time limit
        assert span is not None
        assert span.count > 4_000_000
