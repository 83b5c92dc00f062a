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

from pydantic_core import SchemaError, SchemaValidator


@cache
def validator() -> SchemaValidator:
    """It gives what was given, checked, as plain values; a ValidationError of pydantic_core has everything wrong."""
    try:
        return SchemaValidator(with_functions(written()))
    except SchemaError:  # the installed pydantic wants it otherwise than the one that it was written with
        from linodctl.config.compiling import compiled

        return SchemaValidator(with_functions(compiled()))


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
    schema: dict[str, Any] = json.loads(Path(__file__).with_name("compiled.json").read_text())
    return schema


def with_functions(schema: Any) -> Any:
    """The same with every function in place of its name."""
    if isinstance(schema, list):
        return [with_functions(item) for item in schema]
    if not isinstance(schema, dict):
        return schema
    if schema.get("type") == "no-info":
        module, _, name = schema["function"].rpartition(".")
        return {**schema, "function": getattr(import_module(f"linodctl.config.{module}"), name)}
    return {key: with_functions(item) for key, item in schema.items()}
