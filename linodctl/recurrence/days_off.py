"""What `except` can name: dates, ranges of dates, a site's calendars, and a country's public holidays."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from functools import lru_cache
from types import MappingProxyType
from typing import Any

from linodctl.recurrence.values import read_date
from linodctl.recurrence.words import GROUP_WORDS, WEEKDAY_WORDS, nearest
from linodctl.values import Value

Calendars = Mapping[str, Sequence[Any]]
"""A site's named calendars: each a list of dates and ranges as YAML gives them."""

NO_CALENDARS: Calendars = MappingProxyType({})


class DaysOff(Value):
    """A set of dates; `covers` answers for a wall-clock date."""

    @property
    def text(self) -> str:
        raise NotImplementedError

    def covers(self, day: date) -> bool:
        raise NotImplementedError

    def told(self, day: date) -> str:
        """What makes this date, which it covers, a day off, for people."""
        return self.text

    def through(self, day: date) -> date:
        """The last date of a stretch off that begins no later than `day`; `day` itself where that isn't known."""
        return day


class Dates(DaysOff):
    """All dates from `first` to `last`, both included."""

    first: date
    last: date

    @property
    def text(self) -> str:
        return str(self.first) if self.first == self.last else f"{self.first}..{self.last}"

    def covers(self, day: date) -> bool:
        return self.first <= day <= self.last

    def through(self, day: date) -> date:
        return self.last if self.covers(day) else day


class Calendar(DaysOff):
    """A calendar of the site's config, by name, with the dates it had when the rule was read."""

    name: str
    dates: tuple[Dates, ...]

    @property
    def text(self) -> str:
        return self.name

    def told(self, day: date) -> str:
        return f"the calendar '{self.name}'"

    def covers(self, day: date) -> bool:
        return any(dates.covers(day) for dates in self.dates)

    def through(self, day: date) -> date:
        return max((dates.through(day) for dates in self.dates), default=day)


class Holidays(DaysOff):
    """The public holidays of a country, or of a part of it, by ISO 3166 code: `EE`, `DE-BY`."""

    code: str

    @property
    def text(self) -> str:
        return f"holidays {self.code}"

    def told(self, day: date) -> str:
        return f"{public_holidays(self.code)[day]} ({self.text})"

    def covers(self, day: date) -> bool:
        return day in public_holidays(self.code)


@lru_cache(maxsize=64)
def public_holidays(code: str) -> Mapping[date, str]:
    """The holidays of a country, by the optional package `holidays`. Raises ValueError with a sentence."""
    try:
        import holidays
    except ImportError:
        raise ValueError("public holidays need the package 'holidays': pip install 'linodctl[holidays]'") from None
    country, _, part = code.partition("-")
    try:
        return holidays.country_holidays(country, subdiv=part or None)
    except NotImplementedError:
        raise ValueError(f"no public holidays are known for {code!r} (write a code like EE or DE-BY)") from None


def read_days_off(value: Any, calendars: Calendars) -> tuple[DaysOff, ...]:
    """The value of `except`: one entry or a list of them. Raises ValueError with a sentence."""
    if isinstance(value, Mapping):
        return tuple(_holidays(code) for key in value for code in _codes(key, value[key]))
    if isinstance(value, str):
        return tuple(_entry(part.strip(), calendars) for part in value.split(",") if part.strip())
    if isinstance(value, Sequence):
        return tuple(days for item in value for days in read_days_off(item, calendars))
    return (_dates(value),)


def _codes(key: Any, value: Any) -> list[Any]:
    if key not in ("holidays", "country"):
        raise ValueError(f"{key!r} is unknown here (write holidays: EE)")
    return list(value) if isinstance(value, (list, tuple)) else [value]


def _entry(text: str, calendars: Calendars) -> DaysOff:
    if text in calendars:
        return Calendar(text, tuple(_dates(item) for item in calendars[text]))
    words = [word for word in text.replace(":", " ").split() if word.lower() not in ("public", "of", "in")]
    if len(words) == 2 and words[0].lower() == "holidays":
        return _holidays(words[1])
    if len(words) == 2 and words[1].lower() == "holidays":
        return _holidays(words[0])
    if len(words) == 1 and words[0].isupper() and words[0].partition("-")[0].isalpha():
        return _holidays(words[0])
    if text[:1].isdigit():
        return _dates(text)
    if text.lower() in WEEKDAY_WORDS or text.lower() in GROUP_WORDS:
        raise ValueError(f"{text!r} is no date; weekdays are chosen with 'only on', like 'only on tuesday-sunday'")
    near = nearest(text, calendars)
    hint = f"did you mean {near!r}?" if near else "write a date, a range 2026-12-24..2027-01-02, or holidays EE"
    raise ValueError(f"there is no calendar {text!r} ({hint})")


def _holidays(code: Any) -> Holidays:
    if not isinstance(code, str):
        raise ValueError(f"{code!r} is not a country (write a code like EE or DE-BY, in quotes)")
    public_holidays(code.upper())
    return Holidays(code.upper())


def _dates(value: Any) -> Dates:
    if isinstance(value, str) and ".." in value:
        first, _, last = value.partition("..")
        found = Dates(read_date(first), read_date(last))
        if found.last < found.first:
            raise ValueError(f"{value!r} ends before it starts")
        return found
    day = read_date(value)
    return Dates(day, day)
