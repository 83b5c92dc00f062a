"""What every kind of rule can do. The simplest implementation is in `simple.py`; a new one is a file like it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from linodctl.values import Value


class Frame(Value):
    """Where a rule is looked at from: the zone of its wall times, and the start of its grid."""

    zone: ZoneInfo
    anchor: datetime
    """Aware UTC instant: where grids start."""
    given: bool = False
    """Whether `from` named the anchor: then the grid's own beginning is a slot of `2 days at 10:30` too."""


class Span(Value):
    """A stretch of slots: its first, its last, and how many they are."""

    first: datetime
    last: datetime
    count: int


class Rule(Value):
    """One kind of rule. Subclasses are values: equal when they mean the same, with a `text` that
    parses back to them."""

    @property
    def text(self) -> str:
        """The phrase that parses back to this rule."""
        raise NotImplementedError

    @property
    def is_bare(self) -> bool:
        """Whether a task that was never run is due at once under it."""
        return False

    @property
    def at_startup(self) -> bool:
        """Whether each start of the runner is a slot."""
        return False

    @property
    def in_seconds(self) -> bool:
        """Whether its unit is seconds."""
        return False

    @property
    def names_wall_times(self) -> bool:
        """Whether its slots are wall times that each count once, so that a clock change can skip or double one."""
        return False

    @property
    def takes_times(self) -> bool:
        """Whether it has a field `times` that `at 10:30` can fill."""
        return False

    @property
    def step(self) -> timedelta | None:
        """The length of its interval, for rules that `after: finish` can measure from the end of a run."""
        return None

    def next_after(self, instant: datetime, frame: Frame) -> datetime | None:
        """The first slot later than `instant`; None when there is none. Aware UTC in and out."""
        raise NotImplementedError

    def slots(self, after: datetime, until: datetime, frame: Frame) -> Iterator[datetime]:
        """All slots later than `after`, up to and including `until`."""
        slot = self.next_after(after, frame)
        while slot is not None and slot <= until:
            yield slot
            slot = self.next_after(slot, frame)

    def summary(self, after: datetime, until: datetime, frame: Frame) -> Span | None:
        """First, last and number of the slots in (after, until]; kinds that can, count without walking."""
        return span_of(self.slots(after, until, frame))


def span_of(slots: Iterator[datetime]) -> Span | None:
    """First, last and number of some slots in order."""
    first = last = next(slots, None)
    count = 1
    for slot in slots:
        last = slot
        count += 1
    return None if first is None or last is None else Span(first, last, count)
