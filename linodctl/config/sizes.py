"""Sizes as people write them, `10MiB`; read strictly, printed so that they read back."""

from __future__ import annotations

import re

from linodctl.config.durations import NUMBER, SCALE, scaled
from linodctl.config.problems import BadValue, quoted

A_SIZE = "a size such as 10MiB or 500kB"

_BYTES = {
    "TiB": 1024**4,
    "GiB": 1024**3,
    "MiB": 1024**2,
    "KiB": 1024,
    "TB": 1000**4,
    "GB": 1000**3,
    "MB": 1000**2,
    "kB": 1000,
    "B": 1,
}
_BYTES_OF = {unit.casefold(): size for unit, size in _BYTES.items()} | {"": 1, "byte": 1, "bytes": 1}
_SIZE = rf"\s*({NUMBER})\s*([a-z]*)\s*"


def parse_size(text: str | int) -> int:
    """`10MiB` (powers of 1024), `500kB` (of 1000), `2048` or 2048 (bytes) as a number of bytes; raises BadValue."""
    match = re.fullmatch(_SIZE, str(text), re.IGNORECASE) if len(str(text)) <= 100 else None
    unit = _BYTES_OF.get(match[2].casefold()) if match else None
    if match is None or unit is None or isinstance(text, bool):
        raise BadValue(f"must be {A_SIZE}, not {quoted(text)}")
    size, rest = divmod(scaled(match[1]) * unit, SCALE)
    if rest:
        raise BadValue(f"{quoted(text)} is not a whole number of bytes")
    return size


def format_size(size: int) -> str:
    """`10MiB`, `500kB`, `1234B`: the largest unit that divides it, so that it reads back as the same number."""
    for unit, factor in _BYTES.items():
        if size and size % factor == 0:
            return f"{size // factor}{unit}"
    return "0B"
