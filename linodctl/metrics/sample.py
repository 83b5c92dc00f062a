"""One number that is told."""

from __future__ import annotations

from typing import NamedTuple

from linodctl.metrics.catalog import Family


class Sample(NamedTuple):
    family: Family
    values: tuple[str, ...]
    """Of the family's labels, in their order."""
    value: float
    suffix: str = ""
    """`_bucket`, `_count` or `_sum`, where a family has several series."""
    bound: float | None = None
    """Of a bucket."""
