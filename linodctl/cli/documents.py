"""JSON as it is printed: one document, in ASCII, so that no terminal and no encoding can be hurt by it."""

from __future__ import annotations

import json
import math
from typing import Any


def json_text(shape: Any) -> str:
    """A list has a line for each element; anything else is indented."""
    if isinstance(shape, list):
        lines = ",\n".join("  " + _dumps(item) for item in shape)
        return f"[\n{lines}\n]" if lines else "[]"
    return _dumps(shape, indent=2)


def _dumps(shape: Any, indent: int | None = None) -> str:
    try:
        return json.dumps(shape, indent=indent, default=str, allow_nan=False)
    except ValueError:  # infinities and NaN, which JSON has no words for
        return json.dumps(_finite(shape), indent=indent, default=str)


def _finite(value: Any) -> Any:
    """The same with null for every number that is none."""
    match value:
        case float():
            return value if math.isfinite(value) else None
        case dict():
            return {key: _finite(item) for key, item in value.items()}
        case list() | tuple():
            return [_finite(item) for item in value]
    return value
