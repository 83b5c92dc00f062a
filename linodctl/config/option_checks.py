"""How each kind of option is checked: what is given goes in, what holds comes out; BadValue says what would be right.

A checked value keeps its written form (`2h 30m` stays that): what is declared can be shown, cached, and built from.
Nothing here needs pydantic, whose models and validator call these.
"""

from __future__ import annotations

import re
from datetime import date, timedelta
from typing import Any

from linodctl.config import keys
from linodctl.config.durations import A_DURATION, parse_duration
from linodctl.config.problems import BadValue, nearest, quoted
from linodctl.config.sizes import A_SIZE, parse_size

AN_ENDPOINT = "a numeric address and a port, such as 127.0.0.1:9464 or [::1]:9464"


def said(value: Any) -> str:
    """A value of any shape, for a message."""
    if value is None:
        return "nothing"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, dict | list):
        return "a mapping" if isinstance(value, dict) else "a list"
    return quoted(value)


# --- words -----------------------------------------------------------------------------------------


def need_text(value: Any, what: str = "text") -> str:
    if not isinstance(value, str):
        hint = " (put it in quotes)" if what == "text" and isinstance(value, int | float) else ""
        raise BadValue(f"must be {what}, not {said(value)}{hint}")
    return value


def line(value: Any) -> str:
    text = need_text(value)
    if not text.isprintable() or not text.strip():
        raise BadValue(f"must be one line of text, not {quoted(text)}")
    return text


def name(value: Any) -> str:
    text = need_text(value, "a name")
    if not re.fullmatch(keys.NAME, text):
        raise BadValue(
            "a name has letters (a-z), digits, '_', '-' and '.', begins with a letter or digit,"
            f" and is at most 100 long; not {quoted(text)}"
        )
    return text


def variable(value: Any) -> str:
    text = need_text(value, "the name of a variable")
    if not text or "=" in text or not text.isprintable():
        raise BadValue(f"must be the name of a variable, not {quoted(text)}")
    return text


def dotted_path(value: Any) -> str:
    text = need_text(value, "a dotted path such as mysite.jobs.checkdata")
    module, colon, attribute = text.partition(":")
    words = [*module.split("."), *(attribute.split(".") if colon else ())]
    if not all(word.isidentifier() for word in words) or len(words) < 2:
        raise BadValue(f"must be a dotted path: module.attr or module:Class.method, not {quoted(text)}")
    return text


def module(value: Any) -> str:
    text = need_text(value, "a module such as mysite.jobs")
    if not all(word.isidentifier() for word in text.split(".")):
        raise BadValue(f"must be a module such as mysite.jobs, not {quoted(text)}")
    return text


def zone(value: Any) -> str:
    from zoneinfo import ZoneInfo, available_timezones

    text = need_text(value, "a time zone such as Europe/Tallinn")
    try:
        ZoneInfo(text)
    except (KeyError, ValueError, OSError):
        raise BadValue(f"unknown time zone {quoted(text)}{nearest(text, sorted(available_timezones()))}") from None
    return text


# --- booleans and numbers --------------------------------------------------------------------------


def flag(value: Any) -> bool:
    """true or false, also when a filled-in variable made it text."""
    if value in ("true", "false"):
        return bool(value == "true")
    if not isinstance(value, bool):
        likely = {"yes": "true", "on": "true", "no": "false", "off": "false"}.get(str(value).casefold())
        raise BadValue(f"must be true or false, not {said(value)}" + (f" (did you mean {likely}?)" if likely else ""))
    return value


def whole(value: Any) -> int:
    if isinstance(value, str) and value.removeprefix("-").isdecimal() and len(value) < 20:
        return int(value)
    if isinstance(value, bool) or not isinstance(value, int):
        raise BadValue(f"must be a whole number, not {said(value)}")
    return value


def number(value: Any) -> float:
    try:
        if isinstance(value, bool | dict | list | None):
            raise ValueError
        return float(value)
    except ValueError:
        raise BadValue(f"must be a number, not {said(value)}") from None


# --- durations and sizes ---------------------------------------------------------------------------


def duration_or_zero(value: Any) -> str:
    if isinstance(value, int | float) and not isinstance(value, bool):
        raise BadValue(f"must be {A_DURATION}, not {value} (did you mean '{value}s'?)")
    text = need_text(value, A_DURATION)
    parse_duration(text)
    return text


def duration(value: Any) -> str:
    text = duration_or_zero(value)
    if parse_duration(text) == timedelta(0):
        raise BadValue("must be longer than 0s")
    return text


def size(value: Any) -> str | int:
    if not isinstance(value, int):
        need_text(value, A_SIZE)
    if parse_size(value) == 0:
        raise BadValue(f"must be more than nothing: {A_SIZE}")
    return value  # type: ignore[no-any-return]  # narrowed to str or int by the two checks above


# --- lists, of which one item can stand alone ------------------------------------------------------


def as_list(value: Any) -> Any:
    return [value] if isinstance(value, str) else value


def days(value: Any) -> str:
    text = need_text(value, "a date such as 2026-12-24, or a range such as 2026-12-24..2027-01-02")
    first, dots, last = text.partition("..")
    try:
        begin, end = date.fromisoformat(first.strip()), date.fromisoformat((last if dots else first).strip())
    except ValueError:
        raise BadValue(
            f"must be a date such as 2026-12-24, or a range such as 2026-12-24..2027-01-02, not {quoted(text)}"
        ) from None
    if end < begin:
        raise BadValue(f"the range {quoted(text)} ends before it begins")
    return text


def phrases(value: Any) -> Any:
    items = value if isinstance(value, list) else [value]
    if not items:
        raise BadValue("must not be an empty list")
    for item in items:
        if isinstance(item, bool) or not isinstance(item, str | int | float):
            raise BadValue(f"must be text or a list of texts, not {said(item)}")
    return value


# --- unions that answer with one clear sentence ----------------------------------------------------


def disable_after(value: Any) -> int | str:
    if value == "never":
        return "never"
    try:
        number = whole(value)
    except BadValue:
        number = 0
    if number < 1:
        raise BadValue(f"must be a number of failed runs from 1, or never, not {said(value)}")
    return number


def disabled(value: Any) -> bool | str:
    if isinstance(value, str) and value.casefold() not in ("true", "false", "yes", "no", "on", "off", ""):
        return line(value)
    return flag(value)


# --- what stands for a mapping, and an address ------------------------------------------------------


def retries(value: Any) -> Any:
    """A number means that many attempts."""
    return {"attempts": value} if isinstance(value, int | str) and not isinstance(value, bool) else value


def endpoint(value: Any) -> str:
    """An empty text, as `${METRICS:-}` may give one, is none."""
    from linodctl.config.endpoints import endpoint_of

    try:
        if isinstance(value, str):
            if value:
                endpoint_of(value)
            return value
    except ValueError:
        pass
    raise BadValue(f"must be {AN_ENDPOINT}, not {said(value)}")
