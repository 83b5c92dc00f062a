"""Recurrence rules of RFC 5545 (3.3.10), worked out by dateutil on wall-clock time.

A rule that started long ago costs what one that started yesterday does: dateutil is started at the last period before
the instant that has the same phase.
"""

from __future__ import annotations

from datetime import datetime, time, timedelta
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Literal, cast

from linodctl.recurrence.periods import month_index, month_of
from linodctl.recurrence.problem import RuleError
from linodctl.recurrence.rrule_dates import DATE_PARTS, Dates
from linodctl.recurrence.rrule_parts import read_parts
from linodctl.recurrence.rule import Frame, Rule
from linodctl.recurrence.values import Moment
from linodctl.recurrence.wall import TICK, next_fixed, next_following, wall_of

if TYPE_CHECKING:
    from dateutil.rrule import rrule

_WEEKLY, _DAILY, _HOURLY = 2, 3, 4
_DATE_PARTS = ("byweekno", "byyearday", "bymonthday", "byweekday")
_SECONDS = {_WEEKLY: 604800, _DAILY: 86400, _HOURLY: 3600, _HOURLY + 1: 60, _HOURLY + 2: 1}

_SEARCHED = timedelta(days=50 * 366)
_FAR = datetime.max - _SEARCHED  # noqa: DTZ901 - wall-clock time is meant, here and below
_EXAMPLES = ("FREQ=WEEKLY;BYDAY=MO", "FREQ=MONTHLY;BYDAY=-1FR;BYHOUR=9;BYMINUTE=0")


class RRule(Rule):
    """An RRULE. Its DTSTART is the anchor or `from`, in wall-clock time. Rules of hours and shorter follow the clock
    through gaps and folds; longer ones name wall times, each once."""

    rule: str

    @property
    def text(self) -> str:
        return f"rrule {self.rule}"

    @property
    def is_bare(self) -> bool:
        return "BY" not in self.rule

    @property
    def in_seconds(self) -> bool:
        return "FREQ=SECONDLY" in self.rule

    @property
    def names_wall_times(self) -> bool:
        return int(read_parts(self.rule)["freq"]) < _HOURLY

    def next_after(self, instant: datetime, frame: Frame) -> datetime | None:
        series = _series(self.rule, _full_second(wall_of(frame.anchor, frame.zone)))
        end = series.end(frame)
        out = {_as_wall(moment, frame) for moment in series.exdates}

        def next_wall(wall: datetime) -> datetime | None:
            found = series.next_wall(wall)
            while found in out:
                found = series.next_wall(found)
            return None if found is None or (end is not None and found > end) else found

        walk = next_following if series.frequency >= _HOURLY else next_fixed
        return walk(instant, frame.zone, next_wall)


class _Series:
    """A rule with its start: dateutil's arguments, everything that DTSTART implies written out."""

    __slots__ = (
        "arguments", "count", "dates", "exdates", "frequency", "interval", "is_plain", "start", "until", "week_start",
    )  # fmt: skip

    def __init__(self, rule: str, start: datetime) -> None:
        parts = dict(read_parts(rule))
        self.start = start
        self.frequency: int = parts.pop("freq")
        self.count: int | None = parts.pop("count", None)
        self.until: Moment | None = parts.pop("until", None)
        self.exdates: tuple[Moment, ...] = parts.pop("exdate", ())
        self.interval: int = parts.pop("interval", 1)
        self.week_start: int = parts.get("wkst", 0)
        self.is_plain = not any(part.startswith("by") for part in parts)
        self.dates = Dates(parts) if any(part in parts for part in DATE_PARTS) else None
        """The dates that meet its date parts; None if all do."""
        if self.frequency >= _DAILY:
            parts = {part: value for part, value in parts.items() if part not in DATE_PARTS}
        self.arguments = _written_out(parts, self.frequency, start)

    @property
    def step(self) -> timedelta | None:
        """The distance between two wall times, where it is always the same: without any BY part, up to weeks."""
        if not self.is_plain or self.frequency < _WEEKLY:
            return None
        return self.interval * timedelta(seconds=_SECONDS[self.frequency])

    def end(self, frame: Frame) -> datetime | None:
        """The last wall time that UNTIL or COUNT allows."""
        if self.count is not None:
            return _last_of(self)
        return None if self.until is None else _as_wall(self.until, frame)

    def next_wall(self, wall: datetime) -> datetime | None:
        """The first wall time of the rule later than `wall`, looked for from the nearest period of the same phase."""
        wall = max(wall, self.start - TICK)
        until = min(wall, _FAR) + _SEARCHED
        if self.dates is None:
            return self._between(wall, until)
        day = self.dates.first(wall.date(), until.date())
        if day is None or self.frequency < _DAILY:
            return None if day is None else self._between(wall, until)
        while day is not None:
            if self.frequency > _DAILY or (day - self.start.date()).days % self.interval == 0:
                begin = datetime.combine(day, time())
                found = self._between(max(wall, begin - TICK), begin + timedelta(days=1) - TICK)
                if found is not None:
                    return found
            day = self.dates.first(day + timedelta(days=1), until.date())
        return None

    def _between(self, wall: datetime, until: datetime) -> datetime | None:
        """The first wall time in (wall, until] by dateutil."""
        start = max(self.start, self._phase_before(max(wall, self.start)))
        try:
            return self.rule_from(start, until=until).after(wall)
        except ValueError:
            return None  # the interval never meets its BY parts: every 24 hours, but at another hour

    def rule_from(self, start: datetime, **limit: Any) -> rrule:
        from dateutil.rrule import rrule

        frequency = cast("Literal[0, 1, 2, 3, 4, 5, 6]", self.frequency)
        return rrule(frequency, dtstart=start, interval=self.interval, cache=False, **self.arguments, **limit)

    def _phase_before(self, wall: datetime) -> datetime:
        """The beginning of the last period, not after the one of `wall`, that the interval selects."""
        start, step = self.start, self.interval
        if self.frequency >= _HOURLY:
            unit = timedelta(seconds=_SECONDS[self.frequency])
            base = start.replace(second=0) if self.frequency <= _HOURLY + 1 else start
            base = base.replace(minute=0) if self.frequency == _HOURLY else base
            return base + (wall - base) // (unit * step) * step * unit
        if self.frequency >= _WEEKLY:
            days = step * (7 if self.frequency == _WEEKLY else 1)
            back = (start.weekday() - self.week_start) % 7 if self.frequency == _WEEKLY else 0
            first = datetime.combine(start.date(), time()) - timedelta(days=back)
            return first + (wall - first) // timedelta(days=days) * timedelta(days=days)
        months = step * (12 if self.frequency == 0 else 1)
        first_month = month_index(start.date()) if self.frequency else start.year * 12
        index = first_month + (month_index(wall.date()) - first_month) // months * months
        return datetime(*month_of(index), 1)  # noqa: DTZ001


@lru_cache(maxsize=1024)
def _series(rule: str, start: datetime) -> _Series:
    return _Series(rule, start)


@lru_cache(maxsize=256)
def _last_of(series: _Series) -> datetime:
    """The wall time of the last of COUNT occurrences; before the start when there is none."""
    if series.step is not None:
        try:
            return series.start + ((series.count or 1) - 1) * series.step
        except OverflowError:
            return datetime.max  # noqa: DTZ901
    last = series.start - TICK
    for _ in range(series.count or 1):
        slot = series.next_wall(last)
        if slot is None:
            break
        last = slot
    return last


def _written_out(parts: dict[str, Any], frequency: int, start: datetime) -> dict[str, Any]:
    """The BY parts, and those that RFC 5545 takes from DTSTART."""
    filled = dict(parts)
    if not any(part in parts for part in _DATE_PARTS):
        if frequency == 0:
            filled.setdefault("bymonth", [start.month])
        if frequency <= 1:
            filled["bymonthday"] = [start.day]
        if frequency == _WEEKLY:
            filled["byweekday"] = [start.weekday()]
    for level, part, value in ((4, "byhour", start.hour), (5, "byminute", start.minute), (6, "bysecond", start.second)):
        if frequency < level:
            filled.setdefault(part, [value])
    return filled


def _as_wall(moment: Moment, frame: Frame) -> datetime:
    """A moment of the rule in wall-clock time; one in UTC is what the zone's clocks show then."""
    return moment if moment.tzinfo is None else wall_of(moment, frame.zone)


def _full_second(wall: datetime) -> datetime:
    """The first full second not before `wall`: rules know no fractions."""
    return wall if not wall.microsecond else wall.replace(microsecond=0) + timedelta(seconds=1)


# --- reading -----------------------------------------------------------------------------------------


def read_rrule(text: str, *, key: str = "rrule", phrase: str | None = None, start: int = 0) -> RRule:
    """The rule of `FREQ=…;…`, with or without `RRULE:`. Raises RuleError that points at the wrong part.

    `phrase` is the text that holds the rule at column `start`, if it isn't the rule itself.
    """
    phrase = text if phrase is None else phrase
    rule = text.strip().upper().removeprefix("RRULE:").strip(";")
    try:
        read_parts(rule)
    except ValueError as error:
        wrong = error.args[1] if len(error.args) > 1 else ""
        place = max(phrase.upper().find(wrong), start) if wrong else start
        raise RuleError(f"{text!r}: {error.args[0]}", phrase, place, key=key, examples=_EXAMPLES) from None
    return RRule(rule)
