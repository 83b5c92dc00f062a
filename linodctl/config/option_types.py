"""The kinds of values an option can have, for the models: how each is checked, and how the JSON Schema describes it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, PlainValidator, WithJsonSchema

from linodctl.config import keys, option_checks, urls

KIND = "x-kind"
"""Our keyword in the JSON Schema: what a text is, in a word, for the reference."""


def _kind(check: Callable[[Any], Any], schema: dict[str, Any]) -> tuple[PlainValidator, WithJsonSchema]:
    return PlainValidator(check), WithJsonSchema(schema)


# --- words ---------------------------------------------------------------------------------------

Text = Annotated[str, *_kind(option_checks.need_text, {"type": "string"})]
Line = Annotated[str, *_kind(option_checks.line, {"type": "string", "minLength": 1})]
PathText = Annotated[str, *_kind(option_checks.line, {"type": "string", "minLength": 1, KIND: "path"})]
Value = Annotated[str, *_kind(option_checks.need_text, {"type": ["string", "number", "boolean"]})]
"""Of an environment variable: whatever it looks like, it is taken as written."""
Name = Annotated[str, *_kind(option_checks.name, {"type": "string", "pattern": f"^{keys.NAME}$", KIND: "name"})]
Variable = Annotated[str, *_kind(option_checks.variable, {"type": "string", "pattern": "^[^=]+$"})]
DottedPath = Annotated[
    str,
    *_kind(option_checks.dotted_path, {"type": "string", "pattern": r"^[^\s:]+([.:][^\s:]+)+$", KIND: "dotted path"}),
]
Module = Annotated[str, *_kind(option_checks.module, {"type": "string", "pattern": r"^[^\s:]+$", KIND: "module"})]
Zone = Annotated[str, *_kind(option_checks.zone, {"type": "string", KIND: "time zone"})]

# --- booleans and numbers ------------------------------------------------------------------------

Flag = Annotated[bool, *_kind(option_checks.flag, {"type": "boolean"})]
Whole = Annotated[int, BeforeValidator(option_checks.whole)]
Number = Annotated[float, BeforeValidator(option_checks.number)]
LimitNumber = Annotated[int, Field(ge=1, le=100_000), BeforeValidator(option_checks.whole)]

# --- durations and sizes -------------------------------------------------------------------------

_DURATION = {"type": "string", "pattern": r"^\s*([0-9]|[Pp]).*$", KIND: "duration"}
_SIZE = {"anyOf": [{"type": "string", "pattern": "^[0-9]"}, {"type": "integer", "minimum": 1}], KIND: "size"}

Duration = Annotated[str, *_kind(option_checks.duration, _DURATION)]
DurationOrZero = Annotated[str, *_kind(option_checks.duration_or_zero, _DURATION)]
Size = Annotated[str | int, *_kind(option_checks.size, _SIZE)]

# --- lists, of which one item can stand alone ------------------------------------------------------

_DAYS = {"type": "string", "pattern": r"^\d{4}-\d{2}-\d{2}(\s*\.\.\s*\d{4}-\d{2}-\d{2})?$"}
_PHRASES = {"anyOf": [{"type": "string"}, {"type": "number"}, {"type": "array", "items": {"type": "string"}}]}
_TEXTS = {"anyOf": [{"type": "string"}, {"type": "array", "items": {"type": "string"}, "minItems": 1}]}

Names = Annotated[list[Name], BeforeValidator(option_checks.as_list, json_schema_input_type=Name | list[Name])]
Modules = Annotated[list[Module], BeforeValidator(option_checks.as_list, json_schema_input_type=Module | list[Module])]
Paths = Annotated[
    list[PathText], BeforeValidator(option_checks.as_list, json_schema_input_type=PathText | list[PathText])
]
Days = Annotated[str, *_kind(option_checks.days, _DAYS)]
Calendar = Annotated[list[Days], BeforeValidator(option_checks.as_list, json_schema_input_type=Days | list[Days])]
Phrases = Annotated[str | int | float | list[str], *_kind(option_checks.phrases, _PHRASES)]
"""A number, a phrase or several: what they mean is for `recurrence` to say."""
Texts = Annotated[str | list[str], *_kind(option_checks.phrases, _TEXTS)]

# --- unions that answer with one clear sentence ------------------------------------------------------

_NEVER = {"anyOf": [{"type": "integer", "minimum": 1}, {"const": "never"}]}
DisableAfter = Annotated[int | Literal["never"], *_kind(option_checks.disable_after, _NEVER)]
_REASON = {"anyOf": [{"type": "boolean"}, {"type": "string", "minLength": 1}]}
Disabled = Annotated[bool | str, *_kind(option_checks.disabled, _REASON)]

# --- addresses -----------------------------------------------------------------------------------

_ANY = {"anyOf": [{"type": "string"}, {"type": "array", "items": {"type": "string"}}], KIND: "address or list of such"}
Addresses = Annotated[list[str], *_kind(urls.addresses, _ANY)]
Routes = Annotated[
    dict[Name, Addresses],
    BeforeValidator(urls.routes, json_schema_input_type=str | list[str] | dict[Name, Addresses]),
]
PingAddress = Annotated[str, *_kind(urls.ping, {"type": "string", "pattern": "^(https?://.*)?$", KIND: "http address"})]
Endpoint = Annotated[
    str, *_kind(option_checks.endpoint, {"type": "string", "pattern": r"^(\S+:[0-9]{1,5})?$", KIND: "address:port"})
]
