"""Counting the slots of a rule that names the same wall times on each of its dates, without walking through them.

A runner that was away for a month has to say how many slots of `* * * * *` it missed, in no time.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from linodctl.recurrence.rule import Frame, Rule, Span, span_of
from linodctl.recurrence.values import MIDNIGHT
from linodctl.recurrence.wall import TICK, first_instant, wall_of

_DAY = timedelta(days=1)
_WORTH_IT = 3 * _DAY


def count_by_day(
    rule: Rule, after: datetime, until: datetime, frame: Frame, on_day: Callable[[date], int]
) -> Span | None:
    """First, last and number of the slots in (after, until]; `on_day` tells how many wall times a date has.

    Dates on which the clocks change, and those only partly within, are walked through.
    """
    if until - after < _WORTH_IT:
        return span_of(rule.slots(after, until, frame))
    count = 0
    first = last = (after, until)
    for low, high, day in _stretches(after, until, frame.zone):
        number = on_day(day) if day is not None else sum(1 for _ in rule.slots(low, high, frame))
        if number:
            first = first if count else (low, high)
            last = (low, high)
            count += number
    if not count:
        return None
    [earliest, *_], [*_, latest] = rule.slots(*first, frame), rule.slots(*last, frame)
    return Span(earliest, latest, count)


def _stretches(after: datetime, until: datetime, zone: ZoneInfo) -> Iterator[tuple[datetime, datetime, date | None]]:
    """(after, until] cut at the midnights of a zone; with the date where it is a whole one of 24 hours."""
    last_day = wall_of(until, zone).date()
    day, low = wall_of(after, zone).date() + _DAY, after
    while day <= last_day:
        high = first_instant(datetime.combine(day, MIDNIGHT), zone) - TICK
        yield low, high, day - _DAY if high - low == _DAY and low != after else None
        day, low = day + _DAY, high
    yield low, until, None
