"""`parse_recurrence`: from the recurrence options of a task, as YAML gives them, to a `Recurrence`.

`FORMS` are the ways to give a rule, `AROUND` what can stand around any of them: a new option is a line there.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any, TypeVar

from linodctl.recurrence.around import NOTHING, Window
from linodctl.recurrence.bounded import Bounded, any_of
from linodctl.recurrence.cursor import Cursor
from linodctl.recurrence.days_off import NO_CALENDARS, Calendars, DaysOff, read_days_off
from linodctl.recurrence.modifiers import Limits, read_windows, read_zone
from linodctl.recurrence.phrase import read_phrase
from linodctl.recurrence.point_words import weekdays
from linodctl.recurrence.problem import RuleError
from linodctl.recurrence.recurrence import Recurrence
from linodctl.recurrence.rule import Rule
from linodctl.recurrence.values import Moment, read_duration, read_moment
from linodctl.recurrence.words import WEEKDAYS
from linodctl.values import replace

LONGEST = 2000
"""Characters of one text."""

T = TypeVar("T")
Read = tuple[Rule, Limits]


def parse_recurrence(
    options: Mapping[str, Any], *, name: str, zone: str, calendars: Calendars = NO_CALENDARS
) -> Recurrence:
    """The recurrence that `options` mean for the task `name` of a site in `zone`.

    `options` are the recurrence keys of the config; a value None counts as absent. The name feeds `H`, `spread` and
    `5 to 10 seconds`. Raises RecurrenceError, whose `key` is the option at fault.
    """
    given = {key: value for key, value in options.items() if value is not None}
    _check_lengths(given)
    rule, limits = _form(given, name, calendars)
    for key, (field, read) in AROUND.items():
        if key in given:
            _say(limits, field, key, _read(key, given[key], read, calendars))
    if limits.from_finish and rule.step is None:
        raise RuleError(f"{rule.text!r} has no fixed length that 'after: finish' could measure", key="after")
    named_zone, limits.zone = limits.zone, None
    around = limits.around(name)
    if isinstance(rule, Bounded) and around == NOTHING:  # brackets around the whole change nothing
        named_zone = rule.around.zone or named_zone
        around = replace(rule.around, zone=None)
        rule = rule.rule
    return Recurrence(
        rule=rule if around == NOTHING else Bounded(rule, around),
        zone=named_zone or _read("timezone", zone, _zone, NO_CALENDARS),
        named_zone=named_zone is not None,
        count=limits.count,
        from_finish=bool(limits.from_finish),
    )


def _check_lengths(given: Mapping[str, Any]) -> None:
    """What is longer than any rule is none, and looking for the mistake in it would take long."""
    for key, value in given.items():
        for text in value if isinstance(value, (list, tuple)) else (value,):
            if isinstance(text, str) and len(text) > LONGEST:
                message = (
                    f"{len(text):,} characters are too many; {LONGEST:,} are allowed, and several rules go into a list"
                )
                raise RuleError(message, key=key)


def _form(given: dict[str, Any], name: str, calendars: Calendars) -> Read:
    """The rule itself: from Lino's fields (which are taken out of `given`), or from exactly one of the forms."""
    forms = [key for key in FORMS if key in given]
    if _speaks_lino(given):
        from linodctl.recurrence.lino import read_lino

        others = [key for key in forms if key != "every"]
        if others:
            raise RuleError(f"{others[0]!r} can't stand beside Lino's fields; keep one of them", key=others[0])
        return read_lino(given)
    if not forms:
        raise RuleError("no rule is given; write for example every: day at 02:30", key="every")
    if len(forms) > 1:
        raise RuleError(
            f"{forms[0]!r} and {forms[1]!r} can't both be given; several rules go into one list", key=forms[1]
        )
    key = forms[0]
    values = given[key] if isinstance(given[key], (list, tuple)) else [given[key]]
    if not values:
        raise RuleError("the list is empty; to run it only when triggered write every: never", key=key)
    return _any_of([FORMS[key](value, name, calendars) for value in values], name, key)


def _any_of(items: list[Read], name: str, key: str) -> Read:
    """Several rules as one; each keeps what stands around it."""
    if len(items) == 1:
        return items[0]
    rules: list[Rule] = []
    for rule, limits in items:
        if limits.count is not None or limits.from_finish:
            raise RuleError("a count and 'after finish' belong to the whole list, not to one rule of it", key=key)
        rules.append(Bounded(rule, limits.around(name)) if limits else rule)
    return any_of(rules), Limits()


# --- the forms ---------------------------------------------------------------------------------------


def _every(value: Any, name: str, calendars: Calendars) -> Read:
    if isinstance(value, int) and not isinstance(value, bool):
        value = str(value)
    if not isinstance(value, str):
        raise RuleError(f"{value!r} is not a phrase; write for example 'day at 02:30'", str(value), 0, key="every")
    if value.strip().isdecimal():
        number = value.strip()
        examples = (f"{number} seconds", f"{number} minutes")
        message = f"{number} has no unit; write '{examples[0]}' or '{examples[1]}', or add every_unit"
        raise RuleError(message, value, 0, key="every", examples=examples)
    if not value.strip():
        raise RuleError("the phrase is empty; write for example 'day at 02:30', or 'never'", value, 0, key="every")
    if _looks_like_cron(value):
        raise RuleError(f"{value!r} is a cron expression; write it as cron: {value!r}", value, 0, key="every")
    return read_phrase(Cursor(value, name, calendars))


def _cron(value: Any, name: str, calendars: Calendars) -> Read:
    from linodctl.recurrence.cron import read_cron

    return read_cron(_text("cron", value, "0 5 * * *"), name), Limits()


def _rrule(value: Any, name: str, calendars: Calendars) -> Read:
    from linodctl.recurrence.rrule_lines import read_lines

    rule, start, zone = read_lines(_text("rrule", value, "FREQ=WEEKLY;BYDAY=MO"))
    return rule, Limits(start=start, zone=zone)


FORMS: dict[str, Callable[[Any, str, Calendars], Read]] = {"every": _every, "cron": _cron, "rrule": _rrule}
"""The options that give a rule, each a single value or a list of them."""


LINO_KEYS = ("every_unit", "positions", "start_time", "end_time", *WEEKDAYS)
"""Any of these says that `every` is Lino's number and not a phrase."""


# --- what stands around ------------------------------------------------------------------------------


def _zone(value: Any, calendars: Calendars) -> str:
    return read_zone(value)


def _start(value: Any, calendars: Calendars) -> Moment:
    return read_moment(value)


def _until(value: Any, calendars: Calendars) -> Moment:
    return read_moment(value, end_of_day=True)


def _count(value: Any, calendars: Calendars) -> int:
    if isinstance(value, bool) or not str(value).strip().isdecimal() or int(value) < 1:
        raise ValueError(f"{value!r} is not a number of runs (write a whole number from 1 on)")
    return int(value)


def _between(value: Any, calendars: Calendars) -> tuple[Window, ...]:
    return _phrase("between", value, read_windows, ("08:00-18:00", "22:00-06:00"))


def _on(value: Any, calendars: Calendars) -> tuple[int, ...]:
    return _phrase("on", value, weekdays, ("monday, friday", "weekday"))


def _except(value: Any, calendars: Calendars) -> tuple[DaysOff, ...]:
    return tuple(dict.fromkeys(read_days_off(value, calendars)))


def _spread(value: Any, calendars: Calendars) -> timedelta:
    return read_duration(value)


def _after(value: Any, calendars: Calendars) -> bool:
    if value != "finish":
        raise ValueError(f"{value!r} is not known here (the only value is 'finish')")
    return True


AROUND: dict[str, tuple[str, Callable[[Any, Calendars], object]]] = {
    "timezone": ("zone", _zone),
    "from": ("start", _start),
    "start_date": ("start", _start),
    "until": ("until", _until),
    "end_date": ("until", _until),
    "count": ("count", _count),
    "max_events": ("count", _count),
    "between": ("windows", _between),
    "on": ("on", _on),
    "except": ("off", _except),
    "spread": ("spread", _spread),
    "after": ("from_finish", _after),
}
"""The options around a rule: the field of `Limits` each fills, and its reader. Lino's names are synonyms."""


# --- helpers -----------------------------------------------------------------------------------------


def _speaks_lino(given: Mapping[str, Any]) -> bool:
    """Whether one of Lino's own keys is there; a weekday flag that is off says nothing."""
    return any(key in given and given[key] is not False for key in LINO_KEYS)


def _read(key: str, value: Any, read: Callable[[Any, Calendars], T], calendars: Calendars) -> T:
    try:
        return read(value, calendars)
    except RuleError:
        raise
    except ValueError as error:
        raise RuleError(str(error), str(value), key=key) from None


def _phrase(key: str, value: Any, read: Callable[[Cursor], T], examples: tuple[str, str]) -> T:
    """A value that is a list of words, or the same as one text."""
    parts = value if isinstance(value, (list, tuple)) else [value]
    cursor = Cursor(", ".join(map(str, parts)), key=key, examples=examples)
    found = read(cursor)
    if cursor.word:
        cursor.unknown(())
    return found


def _say(limits: Limits, field: str, key: str, value: object) -> None:
    if getattr(limits, field) is not None:
        raise RuleError(f"{key!r} says again what the rule has said already; keep one of them", key=key)
    setattr(limits, field, value)


def _text(key: str, value: Any, example: str) -> str:
    if isinstance(value, str) and value.strip():
        return value.strip()
    raise RuleError(f"{value!r} is not a text; write for example {key}: {example!r}", str(value), 0, key=key)


def _looks_like_cron(text: str) -> bool:
    words = text.split()
    return text.startswith("@") or (
        len(words) in (5, 6) and all(set(word) <= set("0123456789*/,-LH#?") for word in words[: len(words) - 2])
    )
