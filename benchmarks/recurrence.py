"""What `next_after` costs for each kind of rule, anchored yesterday and ten years ago: medians of many calls.

    python benchmarks/recurrence.py [--calls 2000]

Promised: 10 µs for intervals, 100 µs for calendar phrases, 300 µs for cron and RRULE, 20 ms where the next slot is
years away; and a rule anchored ten years ago costs the same as one anchored yesterday.
"""

from __future__ import annotations

import argparse
import random
import statistics
import time
from datetime import UTC, datetime, timedelta

from linodctl.recurrence import Recurrence, parse_recurrence

ZONE = "Europe/Tallinn"
NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
RULES: list[tuple[float, dict[str, object]]] = [
    (10, {"every": "10 seconds"}),
    (10, {"every": "1 hour"}),
    (100, {"every": "day at 02:30"}),
    (100, {"every": "weekday at 09:00"}),
    (100, {"every": "last friday of the month"}),
    (100, {"every": "3 months on day 15 at 06:00"}),
    (100, {"every": "easter"}),
    (100, {"every": "hour at :30"}),
    (300, {"cron": "*/15 * * * *"}),
    (300, {"cron": "0 3 * * sun"}),
    (300, {"rrule": "FREQ=MINUTELY"}),
    (300, {"rrule": "FREQ=MONTHLY;BYDAY=-1FR;BYHOUR=9;BYMINUTE=0"}),
    (20_000, {"cron": "0 0 29 2 *"}),
    (20_000, {"rrule": "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=29"}),
]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--calls", type=int, default=2000)
    calls = parser.parse_args().calls
    print(f"{'rule':60} {'yesterday':>10} {'10 years':>10} {'promised':>10}   µs, median of {calls} calls")
    for promised, options in RULES:
        rule = parse_recurrence(options, name="benchmark", zone=ZONE)
        young, old = (_median(rule, NOW - age, calls) for age in (timedelta(days=1), timedelta(days=3650)))
        late = "" if max(young, old) <= promised else "   above what is promised"
        print(f"{rule.text:60} {young:10.1f} {old:10.1f} {promised:10.0f}{late}")


def _median(rule: Recurrence, anchor: datetime, calls: int) -> float:
    """Microseconds of one call from a random instant of the next thirty days."""
    dice = random.Random(1)
    taken = []
    for _ in range(calls):
        instant = NOW + timedelta(seconds=dice.randrange(30 * 86400))
        begin = time.perf_counter()
        rule.next_after(instant, anchor)
        taken.append(time.perf_counter() - begin)
    return statistics.median(taken) * 1e6


if __name__ == "__main__":
    main()
