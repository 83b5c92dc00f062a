"""The JSON Schema of a configuration file, for editors and for `linodctl schema`; made from the pydantic models."""

from __future__ import annotations

from typing import Any

from linodctl.config.models import Site

DIALECT = "https://json-schema.org/draft/2020-12/schema"


def make_schema() -> dict[str, Any]:
    """Draft 2020-12, with a title, a description and examples for every option."""
    schema = Site.model_json_schema(by_alias=True, mode="validation")
    return {"$schema": DIALECT, **_tidied(schema), "title": "linodctl.yaml"}


def _tidied(schema: Any) -> Any:
    """Without `default: null`, which only says that an option may be left out; and with names held to their pattern."""
    if isinstance(schema, list):
        return [_tidied(item) for item in schema]
    if not isinstance(schema, dict):
        return schema
    tidied = {key: _tidied(item) for key, item in schema.items() if not (key == "default" and item is None)}
    return {**tidied, "additionalProperties": False} if "patternProperties" in tidied else tidied
