"""Compiles the pydantic models to what pydantic's validator needs of them, to be written down: from that the validator
is made at once, while importing pydantic and making the models takes ten times as long as reading a hundred tasks.

`python -m linodctl.config.compiling` writes it anew; a test fails when it is stale.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from operator import attrgetter
from pathlib import Path
from typing import Any

from linodctl.config.models import Site

Schema = dict[str, Any]


def compiled() -> Schema:
    """The schema of `Site` for pydantic_core, in JSON's types: models become plain mappings of what was given, under
    the names that YAML has, and functions are called `module.name`."""
    return _plain(Site.__pydantic_core_schema__, {})


_ASIDE = frozenset({"metadata", "serialization", "ref", "json_schema_input_schema"})
"""What a schema says beside how to validate."""


def _plain(schema: Mapping[str, Any], known: Mapping[str, Mapping[str, Any]]) -> Schema:
    """Raises NotImplementedError for what would be lost: then the models have come to say something new."""
    match schema:
        case {"type": "definitions"}:
            return _plain(schema["schema"], {one["ref"]: one for one in schema["definitions"]})
        case {"type": "definition-ref"}:
            return _plain(known[schema["schema_ref"]], known)
        case {"type": "default", "default": None}:  # only that it may be left out
            return _plain(schema["schema"], known)
        case {"type": "model", "custom_init": False, "root_model": False} if "post_init" not in schema:
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
        case {"type": "function-plain" | "function-before", "function": {"type": "no-info", "function": function}}:
            name = f"{function.__module__.removeprefix('linodctl.config.')}.{function.__name__}"
            return _parts({**schema, "function": {"type": "no-info", "function": name}}, known)
        case {"type": "function-after", "function": {"function": attrgetter()}}:  # makes words of an enum's members
            return _plain(schema["schema"], known)
        case {"type": "enum"}:
            return {"type": "literal", "expected": [member.value for member in schema["members"]]}
        case {"type": "dict" | "list" | "int" | "float" | "str" | "any" | "literal"}:
            return _parts(schema, known)
    raise NotImplementedError(schema)


def _parts(schema: Mapping[str, Any], known: Mapping[str, Mapping[str, Any]]) -> Schema:
    """All that it says of validating, with the schemas of its parts made plain."""
    return {
        key: _plain(value, known) if key == "schema" or key.endswith("_schema") else value
        for key, value in schema.items()
        if key not in _ASIDE
    }


if __name__ == "__main__":
    options = re.compile(r'("\w+": {"type": "typed-dict-field")')
    text = options.sub(r"\n\1", json.dumps(compiled()))  # each option in a line of its own
    Path(__file__).with_name("compiled.json").write_text(f"{text}\n")
