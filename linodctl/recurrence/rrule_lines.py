"""The lines of an iCalendar entry that say when: RRULE, with DTSTART and EXDATE beside it."""

from __future__ import annotations

from linodctl.recurrence.modifiers import read_zone
from linodctl.recurrence.problem import RuleError
from linodctl.recurrence.rrule import RRule, read_rrule
from linodctl.recurrence.rrule_parts import read_stamp
from linodctl.recurrence.values import Moment, pattern


def read_lines(text: str) -> tuple[RRule, Moment | None, str | None]:
    """The rule of one or several lines, its start, and the zone of its start. Raises RuleError."""
    try:
        rule, start, zone = _read(text.replace("\\n", "\n").split())
    except RuleError:
        raise
    except ValueError as error:
        raise RuleError(str(error.args[0]), text, 0, key="rrule") from None
    return read_rrule(rule, phrase=text), start, zone


def _read(lines: list[str]) -> tuple[str, Moment | None, str | None]:
    """The same, the rule as text with its EXDATEs as a part. Raises ValueError with a sentence."""
    rule, start, out, zones = "", None, [], set()
    for line in lines:
        name, _, value = line.rpartition(":")
        kind = name.upper().partition(";")[0]
        named = pattern(r"(?i);TZID=([^;:]+)").search(name)
        if named:
            zones.add(read_zone(named[1]))
        if kind == "DTSTART":
            start = read_stamp(value)
        elif kind == "EXDATE":
            out.append(value)
        elif kind in ("RRULE", "") and not rule:
            rule = value
        else:
            what = "a second RRULE" if kind in ("RRULE", "") else kind
            raise ValueError(f"{what} is not supported here; several rules, or single dates, go into a list")
    if len(zones) > 1:
        raise ValueError(f"its lines name several zones ({', '.join(sorted(zones))}); write them in one")
    return f"{rule};EXDATE={','.join(out)}" if out else rule, start, next(iter(zones), None)
