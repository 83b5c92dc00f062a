"""Durations and sizes as people write them: `2h 30m`, `10MiB`, `PT5M`. Read strictly, printed so that they read back.

Instants are next door in `instants`. Nothing here looks at a clock or imports anything heavy.
"""

from __future__ import annotations

import re
from datetime import timedelta

from linodctl.config.instants import parse_instant
from linodctl.config.problems import quoted
from linodctl.errors import BadValue

__all__ = ["format_duration", "format_size", "parse_duration", "parse_instant", "parse_size"]
