"""`Recurrence`: one task's whole answer to "when?", a value without a clock."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from functools import cached_property
from typing import TYPE_CHECKING

from linodctl.recurrence.around import WhyNot
from linodctl.recurrence.bounded import AnyOf, Bounded
from linodctl.recurrence.interval import Interval
from linodctl.recurrence.rule import Frame, Rule, Span
from linodctl.recurrence.simple import Never
from linodctl.recurrence.wall import TICK, zone_of
from linodctl.values import Value, replace

if TYPE_CHECKING:
    from linodctl.recurrence.changes import Trouble

EARLIEST = datetime(1800, 1, 1, tzinfo=UTC)
LATEST = datetime(9000, 1, 1, tzinfo=UTC)
"""No slot lies outside these; a calculation that leaves them has none."""

_LONG_AGO = timedelta(days=40 * 366)


class Recurrence(Value, dict=True):
    """The rule of a task. All instants are aware UTC datetimes; grids start at the `anchor` unless `from` is given."""

    rule: Rule
    zone: str = "UTC"
    """IANA name of the zone whose wall clock the rule means."""
    named_zone: bool = False
    """Whether the rule itself names its zone; else it is the site's, and `text` leaves it out."""
    count: int | None = None
    """How many runs of slots it allows (`count`, `max_events`); planning counts them."""
    from_finish: bool = False

    @cached_property
    def text(self) -> str:
        """One line of plain English that parses back to an equal recurrence, for the same task and zone."""
        parts = [
            self.rule.text,
            f"in {self.zone}" if self.named_zone else "",
            f"{self.count} times" if self.count is not None else "",
            "after finish" if self.from_finish else "",
        ]
        return " ".join(filter(None, parts))

    def __str__(self) -> str:
        return self.text

    @property
    def is_bare(self) -> bool:
        """Whether a task that was never run is due asap: `10 seconds`, `day`, `once`, without `from` and `at`."""
        return self.rule.is_bare

    @property
    def at_startup(self) -> bool:
        """Whether each start of the runner is a slot; planning makes it."""
        return self.rule.at_startup

    @property
    def after_finish(self) -> timedelta | None:
        """The pause of `after: finish`, measured from the end of the last run; None under every other rule."""
        return self.rule.step if self.from_finish else None

    @property
    def spacing(self) -> timedelta | None:
        """The time between any two neighbouring slots where it is always the same; None under every other rule."""
        return self.rule.step if isinstance(self.rule, Interval) else None

    @property
    def in_seconds(self) -> bool:
        """Whether the unit is seconds, so that the default log level is WARNING."""
        return self.rule.in_seconds

    def next_after(self, instant: datetime, anchor: datetime) -> datetime | None:
        """The first slot later than `instant`; None when there is none. Tasks that share a rule ask for the same, each
        from its last slot and from now: so the last two answers are kept."""
        known: tuple[tuple[datetime, datetime, datetime | None], ...] = self.__dict__.get("known", ())
        for since, by, found in known:
            if since == instant and by == anchor:
                return found
        slot = self._next_after(instant, anchor)
        self.__dict__["known"] = ((instant, anchor, slot), *known[:1])
        return slot

    def _next_after(self, instant: datetime, anchor: datetime) -> datetime | None:
        try:
            slot = self.rule.next_after(max(instant, EARLIEST), self._frame(anchor))
        except OverflowError:
            return None  # beyond the calendar's end
        return slot if slot is not None and slot < LATEST else None

    def slots(self, after: datetime, until: datetime, anchor: datetime) -> Iterator[datetime]:
        """All slots in (after, until], in order."""
        slot = self.next_after(after, anchor)
        while slot is not None and slot <= until:
            yield slot
            slot = self.next_after(slot, anchor)

    def summary(self, after: datetime, until: datetime, anchor: datetime) -> Span | None:
        """First, last and number of the slots in (after, until]; None when there are none."""
        after = max(after, EARLIEST)
        return self.rule.summary(after, until, self._frame(anchor)) if after < until else None

    def previous(self, instant: datetime, anchor: datetime, floor: datetime) -> datetime | None:
        """The latest slot in (floor, instant]; None when there is none."""
        floor = max(floor, EARLIEST)
        if instant <= floor:
            return None
        if isinstance(self.rule, Interval):
            span = self.summary(floor, instant, anchor)
            return span.last if span else None
        return _latest(lambda moment: self.next_after(moment, anchor), instant, floor)

    def why_not(self, instant: datetime) -> WhyNot | None:
        """What takes this instant out, whether or not the rule itself names it: `from`, `until`, `between`, `on`,
        `except`."""
        if not isinstance(self.rule, Bounded):
            return None
        around = self.rule.around
        zone = zone_of(around.zone or self.zone)
        return around.outside(instant, zone) or around.closed(instant, zone)

    @property
    def unfiltered(self) -> Recurrence:
        """The same rule without `until`, `between`, `on`, `except`: its further slots are what `why_not` explains."""
        if not isinstance(self.rule, Bounded):
            return self
        open_around = replace(self.rule.around, until=None, windows=(), on=(), off=())
        return replace(self, rule=Bounded(self.rule.rule, open_around))

    def clock_trouble(self, after: datetime, until: datetime, anchor: datetime) -> Trouble | None:
        """The first wall time in (after, until] that a clock change skips or doubles; None when it meets none."""
        from linodctl.recurrence.changes import trouble

        for part in parts_of(self.rule):
            found = trouble(part, self.zone, after, until, anchor)
            if found is not None:
                return found
        return None

    def can_fire(self, now: datetime) -> bool:
        """Whether it has any slot at all, past or to come. `never` and `startup` are meant, and count as such."""
        if _is_meant(self.rule):
            return True
        starts = [now, EARLIEST]
        if isinstance(self.rule, Bounded) and self.rule.around.until is not None:
            starts.append(max(self._end() - _LONG_AGO, EARLIEST))
        return any(self.next_after(start - TICK, start) is not None for start in starts)

    def expired(self, now: datetime) -> bool:
        """Whether it had slots and has none from `now` on."""
        if _is_meant(self.rule):
            return False
        return self.next_after(now - TICK, now) is None and self.can_fire(now)

    def _end(self) -> datetime:
        from linodctl.recurrence.values import moment_instant

        assert isinstance(self.rule, Bounded)
        assert self.rule.around.until is not None
        return moment_instant(self.rule.around.until, zone_of(self.rule.around.zone or self.zone))

    def _frame(self, anchor: datetime) -> Frame:
        return Frame(zone_of(self.zone), anchor)


NEVER = Recurrence(Never())
"""The recurrence of a task that runs only when triggered."""


def parts_of(rule: Rule) -> tuple[Rule, ...]:
    """The alternatives of a rule, each with the limits around the whole."""
    if isinstance(rule, Bounded) and isinstance(rule.rule, AnyOf):
        return tuple(Bounded(part, rule.around) for part in rule.rule.rules)
    return rule.rules if isinstance(rule, AnyOf) else (rule,)


def _is_meant(rule: Rule) -> bool:
    """Whether having no slot of its own is what the rule says."""
    inner = (part.rule if isinstance(part, Bounded) else part for part in parts_of(rule))
    return any(isinstance(part, Never) or part.at_startup for part in inner)


def _latest(next_after: Callable[[datetime], datetime | None], instant: datetime, floor: datetime) -> datetime | None:
    """The latest slot in (floor, instant], found with `next_after` alone: widen until there is one, then halve."""
    reach, slot = timedelta(minutes=1), None
    while reach < instant - floor and slot is None:
        slot = next_after(instant - reach)
        if slot is None or slot > instant:
            slot, reach = None, reach * 2
    if slot is None:
        slot = next_after(floor)
        if slot is None or slot > instant:
            return None
    high = instant  # no slot lies in (high, instant]
    while True:
        following = next_after(slot)
        if following is None or following > instant:
            return slot
        middle = slot + (high - slot) / 2
        later = next_after(middle)
        if later is None or later > instant:
            slot, high = following, middle
        else:
            slot = later
