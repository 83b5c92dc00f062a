"""pydantic's validator for a whole config, out of the models as they are written down in compiled.json.

Neither pydantic nor the models are imported for it, only the part of pydantic that validates.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Any

from linodctl.config.core import SchemaError, SchemaValidator


@cache
def validator() -> SchemaValidator:
    """It gives what was given, checked, as plain values; a ValidationError of pydantic_core has everything wrong."""
    try:
        return _made_of(_text())
    except SchemaError:  # the installed pydantic wants it otherwise than the one that it was written with
        from linodctl.config.compiling import compiled

        return _made_of(json.dumps(compiled()))


def _made_of(schema: str) -> SchemaValidator:
    return SchemaValidator(json.loads(schema, object_hook=_with_function))


def _with_function(part: dict[str, Any]) -> dict[str, Any]:
    """A function in place of its name."""
    if part.get("type") == "no-info":
        part["function"] = _function(part["function"])
    return part


@cache
def _function(called: str) -> Any:
    module, _, name = called.rpartition(".")
    return getattr(import_module(f"linodctl.config.{module}"), name)


def options_at(path: Sequence[str | int]) -> list[str]:
    """The names of the options that can stand below these keys, as in YAML; none where no options are."""
    schema: Mapping[str, Any] = written()
    for key in path:
        schema = _beside_function(schema)
        schema = (
            schema["fields"].get(key, {}).get("schema", {}) if "fields" in schema else schema.get("values_schema", {})
        )
    return list(_beside_function(schema).get("fields", ()))


def _beside_function(schema: Mapping[str, Any]) -> Mapping[str, Any]:
    """What follows the function, where one is called first."""
    found: Mapping[str, Any] = schema["schema"] if schema.get("type") == "function-before" else schema
    return found


@cache
def written() -> dict[str, Any]:
    """What `compiling.compiled` gave when it was written down."""
    schema: dict[str, Any] = json.loads(_text())
    return schema


def _text() -> str:
    return Path(__file__).with_name("compiled.json").read_text()
