"""The kinds of values an option can have: how each is checked, and how the JSON Schema describes it.

A checked value keeps its written form (`2h 30m` stays that): what is declared can be shown, cached, and built from.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, PlainValidator, WithJsonSchema

from linodctl.config import keys
from linodctl.config.durations import A_DURATION
from linodctl.config.problems import BadValue, nearest, quoted
from linodctl.config.values import A_SIZE, parse_duration, parse_size

KIND = "x-kind"
"""Our keyword in the JSON Schema: what a text is, in a word, for the reference."""


def _kind(check: Callable[[Any], Any], schema: dict[str, Any]) -> tuple[PlainValidator, WithJsonSchema]:
    return PlainValidator(check), WithJsonSchema(schema)


def _need_text(value: Any, what: str = "text") -> str:
    if not isinstance(value, str):
        hint = " (put it in quotes)" if what == "text" and isinstance(value, int | float) else ""
        raise BadValue(f"must be {what}, not {said(value)}{hint}")
    return value


def said(value: Any) -> str:
    """A value of any shape, for a message."""
    if value is None:
        return "nothing"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, dict | list):
        return "a mapping" if isinstance(value, dict) else "a list"
    return quoted(value)


# --- words ---------------------------------------------------------------------------------------


def _line(value: Any) -> str:
    text = _need_text(value)
    if not text.isprintable() or not text.strip():
        raise BadValue(f"must be one line of text, not {quoted(text)}")
    return text


def _name(value: Any) -> str:
    text = _need_text(value, "a name")
    if not keys.NAME.fullmatch(text):
        raise BadValue(
            "a name has letters (a-z), digits, '_', '-' and '.', begins with a letter or digit,"
            f" and is at most 100 long; not {quoted(text)}"
        )
    return text


def _variable(value: Any) -> str:
    text = _need_text(value, "the name of a variable")
    if not text or "=" in text or not text.isprintable():
        raise BadValue(f"must be the name of a variable, not {quoted(text)}")
    return text


def _dotted(value: Any) -> str:
    text = _need_text(value, "a dotted path such as mysite.jobs.checkdata")
    module, colon, attribute = text.partition(":")
    words = [*module.split("."), *(attribute.split(".") if colon else ())]
    if not all(word.isidentifier() for word in words) or len(words) < 2:
        raise BadValue(f"must be a dotted path: module.attr or module:Class.method, not {quoted(text)}")
    return text


def _module(value: Any) -> str:
    text = _need_text(value, "a module such as mysite.jobs")
    if not all(word.isidentifier() for word in text.split(".")):
        raise BadValue(f"must be a module such as mysite.jobs, not {quoted(text)}")
    return text


def _zone(value: Any) -> str:
    from zoneinfo import ZoneInfo, available_timezones

    text = _need_text(value, "a time zone such as Europe/Tallinn")
    try:
        ZoneInfo(text)
    except (KeyError, ValueError, OSError):
        raise BadValue(f"unknown time zone {quoted(text)}{nearest(text, sorted(available_timezones()))}") from None
    return text


Text = Annotated[str, *_kind(_need_text, {"type": "string"})]
Line = Annotated[str, *_kind(_line, {"type": "string", "minLength": 1})]
PathText = Annotated[str, *_kind(_line, {"type": "string", "minLength": 1, KIND: "path"})]
Value = Annotated[str, *_kind(_need_text, {"type": ["string", "number", "boolean"]})]
"""Of an environment variable: whatever it looks like, it is taken as written."""
Name = Annotated[str, *_kind(_name, {"type": "string", "pattern": f"^{keys.NAME.pattern}$", KIND: "name"})]
Variable = Annotated[str, *_kind(_variable, {"type": "string", "pattern": "^[^=]+$"})]
DottedPath = Annotated[
    str, *_kind(_dotted, {"type": "string", "pattern": r"^[^\s:]+([.:][^\s:]+)+$", KIND: "dotted path"})
]
Module = Annotated[str, *_kind(_module, {"type": "string", "pattern": r"^[^\s:]+$", KIND: "module"})]
Zone = Annotated[str, *_kind(_zone, {"type": "string", KIND: "time zone"})]


# --- booleans and numbers ------------------------------------------------------------------------


def flag(value: Any) -> bool:
    """true or false, also when a filled-in variable made it text."""
    if value in ("true", "false"):
        return bool(value == "true")
    if not isinstance(value, bool):
        likely = {"yes": "true", "on": "true", "no": "false", "off": "false"}.get(str(value).casefold())
        raise BadValue(f"must be true or false, not {said(value)}" + (f" (did you mean {likely}?)" if likely else ""))
    return value


def _whole(value: Any) -> int:
    if isinstance(value, str) and value.removeprefix("-").isdecimal() and len(value) < 20:
        return int(value)
    if isinstance(value, bool) or not isinstance(value, int):
        raise BadValue(f"must be a whole number, not {said(value)}")
    return value


def _number(value: Any) -> float:
    try:
        if isinstance(value, bool | dict | list | None):
            raise ValueError
        return float(value)
    except ValueError:
        raise BadValue(f"must be a number, not {said(value)}") from None


Flag = Annotated[bool, *_kind(flag, {"type": "boolean"})]
Whole = Annotated[int, BeforeValidator(_whole)]
Number = Annotated[float, BeforeValidator(_number)]
LimitNumber = Annotated[int, Field(ge=1, le=100_000), BeforeValidator(_whole)]


# --- durations and sizes -------------------------------------------------------------------------


def _any_duration(value: Any) -> str:
    if isinstance(value, int | float) and not isinstance(value, bool):
        raise BadValue(f"must be {A_DURATION}, not {value} (did you mean '{value}s'?)")
    text = _need_text(value, A_DURATION)
    parse_duration(text)
    return text


def _duration(value: Any) -> str:
    text = _any_duration(value)
    if parse_duration(text) == timedelta(0):
        raise BadValue("must be longer than 0s")
    return text


def _size(value: Any) -> str | int:
    if not isinstance(value, int):
        _need_text(value, A_SIZE)
    if parse_size(value) == 0:
        raise BadValue(f"must be more than nothing: {A_SIZE}")
    return value  # type: ignore[no-any-return]  # narrowed to str or int by the two checks above


_DURATION = {"type": "string", "pattern": r"^\s*([0-9]|[Pp]).*$", KIND: "duration"}
_SIZE = {"anyOf": [{"type": "string", "pattern": "^[0-9]"}, {"type": "integer", "minimum": 1}], KIND: "size"}

Duration = Annotated[str, *_kind(_duration, _DURATION)]
DurationOrZero = Annotated[str, *_kind(_any_duration, _DURATION)]
Size = Annotated[str | int, *_kind(_size, _SIZE)]


# --- lists, of which one item can stand alone -------------------------------------------------------


def _as_list(value: Any) -> Any:
    return [value] if isinstance(value, str) else value


Names = Annotated[list[Name], BeforeValidator(_as_list, json_schema_input_type=Name | list[Name])]
Modules = Annotated[list[Module], BeforeValidator(_as_list, json_schema_input_type=Module | list[Module])]
Paths = Annotated[list[PathText], BeforeValidator(_as_list, json_schema_input_type=PathText | list[PathText])]


# --- calendars -------------------------------------------------------------------------------------


def _days(value: Any) -> str:
    text = _need_text(value, "a date such as 2026-12-24, or a range such as 2026-12-24..2027-01-02")
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


_DAYS = {"type": "string", "pattern": r"^\d{4}-\d{2}-\d{2}(\s*\.\.\s*\d{4}-\d{2}-\d{2})?$"}
Days = Annotated[str, *_kind(_days, _DAYS)]
Calendar = Annotated[list[Days], BeforeValidator(_as_list, json_schema_input_type=Days | list[Days])]


# --- recurrence ------------------------------------------------------------------------------------


def _phrases(value: Any) -> Any:
    items = value if isinstance(value, list) else [value]
    if not items:
        raise BadValue("must not be an empty list")
    for item in items:
        if isinstance(item, bool) or not isinstance(item, str | int | float):
            raise BadValue(f"must be text or a list of texts, not {said(item)}")
    return value


_PHRASES = {"anyOf": [{"type": "string"}, {"type": "number"}, {"type": "array", "items": {"type": "string"}}]}
Phrases = Annotated[str | int | float | list[str], *_kind(_phrases, _PHRASES)]
"""A number, a phrase or several: what they mean is for `recurrence` to say."""

_TEXTS = {"anyOf": [{"type": "string"}, {"type": "array", "items": {"type": "string"}, "minItems": 1}]}
Texts = Annotated[str | list[str], *_kind(_phrases, _TEXTS)]


# --- unions that answer with one clear sentence ------------------------------------------------------


def _disable_after(value: Any) -> int | str:
    if value == "never":
        return "never"
    try:
        number = _whole(value)
    except BadValue:
        number = 0
    if number < 1:
        raise BadValue(f"must be a number of failed runs from 1, or never, not {said(value)}")
    return number


def _disabled(value: Any) -> bool | str:
    if isinstance(value, str) and value.casefold() not in ("true", "false", "yes", "no", "on", "off", ""):
        return _line(value)
    return flag(value)


_NEVER = {"anyOf": [{"type": "integer", "minimum": 1}, {"const": "never"}]}
DisableAfter = Annotated[int | Literal["never"], *_kind(_disable_after, _NEVER)]
_REASON = {"anyOf": [{"type": "boolean"}, {"type": "string", "minLength": 1}]}
Disabled = Annotated[bool | str, *_kind(_disabled, _REASON)]
