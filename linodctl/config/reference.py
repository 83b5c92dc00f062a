"""The reference of the configuration file as Markdown, made from the pydantic models for README and docs."""

from __future__ import annotations

import json
from collections.abc import Container, Mapping
from typing import Any

from linodctl.config import keys
from linodctl.config.option_types import KIND
from linodctl.config.schema import make_schema

Schema = Mapping[str, Any]


def render() -> str:
    """A table per group of options: name, what may be given, default, meaning."""
    schema = make_schema()
    definitions = schema["$defs"]
    task = definitions["TaskEntry"]["properties"]
    parts = [
        _part("The whole site", schema["properties"], None, definitions),
        _part("History (`history:`)", definitions["HistoryOptions"]["properties"], None, definitions),
        _part("Log (`log:`)", definitions["LogOptions"]["properties"], None, definitions),
        _part("Log rotation (`log.rotate:`)", definitions["RotateOptions"]["properties"], None, definitions),
        _part("Metrics (`metrics:`)", definitions["MetricsOptions"]["properties"], None, definitions),
        _part("Only of a procedure", definitions["ProcedureEntry"]["properties"], ("func",), definitions),
        _part("Only of a task", task, ("procedure",), definitions),
        _part("Task options: recurrence", task, keys.RECURRENCE, definitions),
        _part("Task options: policy", task, keys.POLICY, definitions),
        _part("Retries (`retries:`)", definitions["RetryOptions"]["properties"], None, definitions),
        _part("Task options: execution", task, keys.LAUNCH, definitions),
        _part("Task options: words", task, keys.WORDS, definitions),
    ]
    return "\n\n".join(parts) + "\n"


def _part(title: str, properties: Schema, names: Container[str] | None, definitions: Schema) -> str:
    rows = [_row(name, option, definitions) for name, option in properties.items() if names is None or name in names]
    return "\n".join([f"### {title}", "", "| option | value | default | meaning |", "|---|---|---|---|", *rows])


def _row(name: str, option: Schema, definitions: Schema) -> str:
    default = f"`{_written(option['default'])}`" if "default" in option else ""
    meaning = option.get("description", "")
    if option.get("examples"):
        meaning += " E.g. " + ", ".join(f"`{_written(example)}`" for example in option["examples"][:3]) + "."
    cells = (f"`{name}`", kind(option, definitions), default, meaning)
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"


def _written(value: Any) -> str:
    """As one would write it in YAML."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{key}: {_written(item)}" for key, item in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(_written, value)) + "]"
    return value if isinstance(value, str) else json.dumps(value)


def kind(option: Schema, definitions: Schema) -> str:
    """What may be given, in a few words."""
    if "$ref" in option:
        option = definitions[option["$ref"].rpartition("/")[2]]
    if KIND in option:
        return str(option[KIND])
    if "anyOf" in option:
        return " or ".join(dict.fromkeys(kind(choice, definitions) for choice in option["anyOf"]))
    if "enum" in option:
        return ", ".join(f"`{word}`" for word in option["enum"])
    if "const" in option:
        return f"`{option['const']}`"
    if option.get("type") == "array":
        return f"list of {kind(option['items'], definitions)}"
    types = option.get("type", "any")
    return " or ".join(_KINDS.get(one, one) for one in ([types] if isinstance(types, str) else types))


_KINDS = {
    "string": "text",
    "integer": "whole number",
    "number": "number",
    "boolean": "true or false",
    "object": "mapping",
}
