"""Cron expressions of five or six fields, with names, steps, `L`, `#`, `@daily` and `H`.

`cronsim` reads the fields and decides about days, with Debian's rules; the way through the clock is ours, because a
slot must never lie in a gap, on a date the zone skipped, or twice in a fold.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from typing import TYPE_CHECKING

from linodctl.recurrence.counting import count_by_day
from linodctl.recurrence.problem import RuleError
from linodctl.recurrence.rule import Frame, Rule, Span
from linodctl.recurrence.simple import Startup
from linodctl.recurrence.stable import stable_number
from linodctl.recurrence.values import pattern
from linodctl.recurrence.wall import next_fixed, next_following
from linodctl.recurrence.words import nearest

if TYPE_CHECKING:
    from cronsim import CronSim

NICKNAMES = {
    "@yearly": "0 0 1 1 *",
    "@annually": "0 0 1 1 *",
    "@monthly": "0 0 1 * *",
    "@weekly": "0 0 * * 0",
    "@daily": "0 0 * * *",
    "@midnight": "0 0 * * *",
    "@hourly": "0 * * * *",
}

_FIELDS = ("second", "minute", "hour", "day-of-month", "month", "day-of-week")
_RANGES = ((0, 59), (0, 59), (0, 23), (1, 28), (1, 12), (0, 6))
"""What `H` can become: days of the month only up to 28, so that no month is left out."""
_ALLOWED = ("0-59", "0-59", "0-23", "1-31, L or LW", "1-12 or jan-dec", "0-7 or sun-sat, 5L, mon#1")
_DAYS = ("SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT")

_YEARS = 50
"""How far a sparse expression is searched, as cronsim does."""

_SECOND = timedelta(seconds=1)


class Cron(Rule):
    """A cron expression. Fixed jobs, whose minute and hour fields don't start with `*`, run once in a gap and once in a
    fold; wildcard jobs follow the clock (Debian's cron(8))."""

    expression: str
    """As written."""
    fields: str
    """The six fields it stands for: seconds added, nickname and `H` resolved for this task."""
    follows_clock: bool

    @property
    def text(self) -> str:
        return f"cron {self.expression}"

    @property
    def names_wall_times(self) -> bool:
        return not self.follows_clock

    def next_after(self, instant: datetime, frame: Frame) -> datetime | None:
        walk = next_following if self.follows_clock else next_fixed
        return walk(instant, frame.zone, _table(self.fields).next_wall)

    def summary(self, after: datetime, until: datetime, frame: Frame) -> Span | None:
        return count_by_day(self, after, until, frame, _table(self.fields).on_day)


def read_cron(text: str, name: str, *, key: str = "cron", phrase: str | None = None, start: int = 0) -> Rule:
    """The rule of a cron expression for the task `name`. Raises RuleError that points at the wrong field.

    `phrase` is the text that holds the expression at column `start`, if it isn't the expression itself.
    """
    phrase = text if phrase is None else phrase
    expression = " ".join(text.split())
    if expression.lower() == "@reboot":
        return Startup()
    fields = _standard(expression, phrase, start, key)
    places = [start + match.start() for match in re.finditer(r"\S+", text)]
    if len(fields) == 5:
        fields.insert(0, "0")
        places.insert(0, start)
    if len(places) != 6:
        places = [start] * 6  # a nickname
    resolved = [_resolve(field.upper(), number, name) for number, field in enumerate(fields)]
    try:
        _table(" ".join(resolved))
    except ValueError as error:
        number = next((at for at, label in enumerate(_FIELDS) if str(error) == f"Bad {label}"), 0)
        raise RuleError(
            f"the {_FIELDS[number]} field {fields[number]!r} of {expression!r} can't be read, or never comes"
            f" (allowed: {_ALLOWED[number]})",
            phrase,
            places[number],
            key=key,
            examples=("0 5 * * mon", "*/15 8-18 * * 1-5"),
        ) from None
    follows = any(field.startswith(("*", "H/", "h/")) for field in fields[1:3])
    return Cron(expression, " ".join(resolved), follows)


def _standard(expression: str, phrase: str, start: int, key: str) -> list[str]:
    """The fields of an expression; those of a nickname if it is one."""
    examples = ("0 5 * * mon", "@daily")
    if expression.startswith("@"):
        known = NICKNAMES.get(expression.lower())
        if known is None:
            near = nearest(expression, NICKNAMES) or "@daily"
            message = f"{expression!r} is unknown (did you mean {near!r}?)"
            raise RuleError(message, phrase, start, key=key, examples=examples)
        return known.split()
    fields = expression.split()
    if len(fields) not in (5, 6):
        message = f"a cron expression has five fields, or six with seconds first; {expression!r} has {len(fields)}"
        raise RuleError(message, phrase, start, key=key, examples=examples)
    return fields


# --- H and other spellings ---------------------------------------------------------------------------


def _resolve(field: str, number: int, name: str) -> str:
    """A field in the spelling that cronsim knows, `H` replaced by what it stands for in this task."""
    parts = [_hashed(part, number, name) for part in field.split(",")]
    if number in (3, 5):
        parts = [re.sub(r"^\?", "*", part) for part in parts]
    if number == 5:
        parts = [_day_name(part) for part in parts]
    return ",".join(parts)


def _hashed(part: str, number: int, name: str) -> str:
    """`H`, `H/15`, `H(0-29)`, `H(0-29)/10`, as Jenkins knows them; anything else as it is."""
    found = pattern(r"H(?:\((\d+)-(\d+)\))?(?:/(\d+))?").fullmatch(part)
    if found is None:
        return part
    low, high = (int(found[1]), int(found[2])) if found[1] else _RANGES[number]
    step = int(found[3] or 0)
    if high < low or (found[3] and not step):
        return part
    choice = stable_number(name, "cron", number)
    if not step:
        return str(low + choice % (high - low + 1))
    first = low + choice % min(step, high - low + 1)
    return ",".join(str(value) for value in range(first, high + 1, step))


def _day_name(part: str) -> str:
    """`FRIL` as `5L`, and Sunday as 7 where it ends a range."""
    part = re.sub(r"^(MON|TUE|WED|THU|FRI|SAT|[1-6])-(SUN|0)\b", r"\1-7", part)
    found = pattern(r"([A-Z]{3})L").fullmatch(part)
    return f"{_DAYS.index(found[1])}L" if found and found[1] in _DAYS else part


# --- the table of one expression ---------------------------------------------------------------------


class _Table:
    """The hours, minutes and seconds of an expression, and cronsim's word about its days."""

    __slots__ = ("days", "hours", "minutes", "months", "seconds")

    def __init__(self, parsed: CronSim) -> None:
        self.days = parsed.match_day
        self.months = frozenset(parsed.months)
        self.hours = sorted(parsed.hours)
        self.minutes = sorted(parsed.minutes)
        self.seconds = sorted(parsed.seconds)

    def next_wall(self, wall: datetime) -> datetime | None:
        """The first wall time later than `wall` that the expression names."""
        start = wall.replace(microsecond=0) + _SECOND
        if start.month in self.months and self.days(start.date()):
            at = self._time_from(start.time())
            if at is not None:
                return datetime.combine(start.date(), at)
        day = self._day_after(start.date())
        return None if day is None else datetime.combine(day, self._first_time())

    def on_day(self, day: date) -> int:
        """How many wall times the expression names on a date."""
        if day.month not in self.months or not self.days(day):
            return 0
        return len(self.hours) * len(self.minutes) * len(self.seconds)

    def _time_from(self, at: time) -> time | None:
        """The first time of the day not before `at`."""
        hour, minute, second = at.hour, at.minute, at.second
        place = bisect_left(self.hours, hour)
        if place < len(self.hours) and self.hours[place] == hour:
            index = bisect_left(self.minutes, minute)
            if index < len(self.minutes) and self.minutes[index] == minute:
                seconds = self.seconds[bisect_left(self.seconds, second) :]
                if seconds:
                    return time(hour, minute, seconds[0])
                index += 1
            if index < len(self.minutes):
                return time(hour, self.minutes[index], self.seconds[0])
            place += 1
        if place < len(self.hours):
            return time(self.hours[place], self.minutes[0], self.seconds[0])
        return None

    def _first_time(self) -> time:
        return time(self.hours[0], self.minutes[0], self.seconds[0])

    def _day_after(self, day: date) -> date | None:
        """The first matching date later than `day`, none of the other months looked at day by day."""
        last = min(day.year + _YEARS, date.max.year - 1)
        day += timedelta(days=1)
        while day.year <= last:
            if day.month not in self.months:
                day = date(day.year + day.month // 12, day.month % 12 + 1, 1)
            elif self.days(day):
                return day
            else:
                day += timedelta(days=1)
        return None


@lru_cache(maxsize=8192)
def _table(fields: str) -> _Table:
    """The table of six fields, shared by all tasks that have them. Raises ValueError with cronsim's words."""
    from cronsim import CronSim, CronSimError

    try:
        return _Table(CronSim(fields, datetime(2000, 1, 1, tzinfo=UTC)))
    except CronSimError as error:
        raise ValueError(str(error)) from None
