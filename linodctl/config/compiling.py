"""Compiles the pydantic models to what pydantic's validator needs of them, to be written down: from that the validator
is made at once, while importing pydantic and making the models takes ten times as long as reading a hundred tasks.

`python -m linodctl.config.compiling > linodctl/config/compiled.json` writes it anew; a test fails when it is stale.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

from linodctl.config.models import Site

Schema = dict[str, Any]


def compiled() -> Schema:
    """The schema of `Site` for pydantic_core, in JSON's types: models become plain mappings of what was given, under
    the names that YAML has, and functions are called `module.name`."""
    return _plain(Site.__pydantic_core_schema__, {})


def _plain(schema: Mapping[str, Any], known: Mapping[str, Mapping[str, Any]]) -> Schema:
    match schema["type"]:
        case "definitions":
            return _plain(schema["schema"], {one["ref"]: one for one in schema["definitions"]})
        case "definition-ref":
            return _plain(known[schema["schema_ref"]], known)
        case "default":  # only that it may be left out
            return _plain(schema["schema"], known)
        case "model":
            fields = {field.get("validation_alias", name): field for name, field in schema["schema"]["fields"].items()}
            return {
                "type": "typed-dict",
                "extra_behavior": schema["config"]["extra_fields_behavior"],
                "total": False,
                "fields": {
                    name: {"type": "typed-dict-field", "schema": _plain(field["schema"], known)}
                    for name, field in fields.items()
                },
            }
        case "function-plain":
            return {"type": "function-plain", "function": _named(schema)}
        case "function-before":
            return {"type": "function-before", "function": _named(schema), "schema": _plain(schema["schema"], known)}
        case "function-after":  # makes words of the members of an enum
            return _plain(schema["schema"], known)
        case "enum":
            return {"type": "literal", "expected": [member.value for member in schema["members"]]}
        case "dict" | "list" as kind:
            parts = {
                key: _plain(schema[key], known)
                for key in ("keys_schema", "values_schema", "items_schema")
                if key in schema
            }
            return {"type": kind, **parts}
        case "int" | "float" | "str" | "any" | "literal" as kind:
            return {"type": kind, **{key: schema[key] for key in ("ge", "le", "expected") if key in schema}}
    raise NotImplementedError(f"the models have come to hold a schema of another kind: {schema}")


def _named(schema: Mapping[str, Any]) -> Schema:
    function = schema["function"]["function"]
    return {
        "type": "no-info",
        "function": f"{function.__module__.removeprefix('linodctl.config.')}.{function.__name__}",
    }


if __name__ == "__main__":
    options = re.compile(r'("\w+": {"type": "typed-dict-field")')
    print(options.sub(r"\n\1", json.dumps(compiled())))  # noqa: T201  # what it is for; each option in a line of its own
