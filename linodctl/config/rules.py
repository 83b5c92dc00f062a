"""Parses recurrences for one site; tasks whose options agree share one value, since most of a large site's do."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from typing import Any

from linodctl.recurrence import Recurrence, parse_recurrence

_DEPENDS_ON_NAME = re.compile(r"\bH\b|spread|\d\s+to\s+\d", re.IGNORECASE)
"""What makes equal options mean different slots for different tasks: H, `spread`, and `5 to 10 seconds`."""


class Rules:
    """`parse` as `parse_recurrence` does, for the site's zone and calendars."""

    def __init__(self, zone: str, calendars: Mapping[str, Sequence[str]]) -> None:
        self._zone = zone
        self._calendars = calendars
        self._shared: dict[str, Recurrence] = {}

    def parse(self, name: str, options: Mapping[str, Any]) -> Recurrence:
        """Raises RecurrenceError."""
        key = json.dumps(options)
        if key in self._shared:
            return self._shared[key]
        recurrence = parse_recurrence(options, name=name, zone=self._zone, calendars=self._calendars)
        if not depends_on_name(key):
            self._shared[key] = recurrence
        return recurrence


def depends_on_name(options: str) -> bool:
    """Whether recurrence options, as JSON, mean something else for each task."""
    return _DEPENDS_ON_NAME.search(options) is not None
