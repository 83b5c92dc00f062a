"""JSON as it is printed: one document, in ASCII, so that no terminal and no encoding can be hurt by it."""

from __future__ import annotations

import json
from typing import Any


def json_text(shape: Any) -> str:
    """A list has a line for each element; anything else is indented."""
    if isinstance(shape, list):
        lines = ",\n".join("  " + json.dumps(item, default=str) for item in shape)
        return f"[\n{lines}\n]" if lines else "[]"
    return json.dumps(shape, indent=2, default=str)
