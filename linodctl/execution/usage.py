"""What a process used: seconds of processor time and the peak of its memory."""

from __future__ import annotations

import resource
import sys
from typing import NamedTuple

_RSS_UNIT = 1 if sys.platform == "darwin" else 1024


class Usage(NamedTuple):
    """Processor time so far, in seconds, and peak resident memory, in bytes."""

    cpu_seconds: float
    max_rss: int

    @classmethod
    def of(cls, usage: resource.struct_rusage) -> Usage:
        return cls(usage.ru_utime + usage.ru_stime, usage.ru_maxrss * _RSS_UNIT)

    @classmethod
    def now(cls) -> Usage:
        """This process and its ended children."""
        own, theirs = resource.getrusage(resource.RUSAGE_SELF), resource.getrusage(resource.RUSAGE_CHILDREN)
        cpu_seconds = own.ru_utime + own.ru_stime + theirs.ru_utime + theirs.ru_stime
        return cls(cpu_seconds, max(own.ru_maxrss, theirs.ru_maxrss) * _RSS_UNIT)

    def since(self, earlier: Usage) -> tuple[float, int]:
        """Processor time between the two; the peak knows no past."""
        return self.cpu_seconds - earlier.cpu_seconds, self.max_rss
