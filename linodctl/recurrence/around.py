"""What stands around a rule: `from`, `until`, `between`, `on`, `except`, `spread`, and a zone of its own.

Every filter speaks about the slot itself, after `spread` has moved it, by the wall clock of the rule's zone.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Literal, NamedTuple
from zoneinfo import ZoneInfo

from linodctl.recurrence.days_off import DaysOff
from linodctl.recurrence.rule import Frame, Rule, Span
from linodctl.recurrence.values import MIDNIGHT, Moment, duration_text, moment_instant, moment_text, time_text
from linodctl.recurrence.wall import TICK, first_instant, fold_ahead, next_fixed, next_following, wall_of, zone_of
from linodctl.recurrence.words import weekday_list

HORIZON = timedelta(days=50 * 366)
PATIENCE = 3000
"""How far, and for how many closed slots in a row, a rule is searched for one that the filters let through."""

_ZERO = timedelta(0)


class WhyNot(NamedTuple):
    """Why an instant is no slot: the name of a skip reason, and words for people."""

    reason: Literal["window", "holiday"]
    text: str


class Window(NamedTuple):
    """A stretch of the day, both ends included; it goes over midnight when it ends before it starts."""

    start: time
    end: time

    @property
    def text(self) -> str:
        return f"{time_text(self.start)} and {time_text(self.end)}"

    def covers(self, at: time) -> bool:
        if self.start <= self.end:
            return self.start <= at <= self.end
        return at >= self.start or at <= self.end


@dataclass(frozen=True, slots=True)
class Around:
    """The limits of a rule. A naive moment is wall time in the rule's zone."""

    start: Moment | None = None
    until: Moment | None = None
    windows: tuple[Window, ...] = ()
    on: tuple[int, ...] = ()
    off: tuple[DaysOff, ...] = ()
    spread: timedelta = _ZERO
    shift: timedelta = _ZERO
    """The part of `spread` that falls to this task."""
    zone: str | None = None

    @property
    def text(self) -> str:
        parts = [
            f"in {self.zone}" if self.zone else "",
            f"from {moment_text(self.start)}" if self.start else "",
            f"until {moment_text(self.until, end_of_day=True)}" if self.until else "",
            f"between {', '.join(window.text for window in self.windows)}" if self.windows else "",
            f"only on {weekday_list(self.on)}" if self.on else "",
            f"except {', '.join(days.text for days in self.off)}" if self.off else "",
            f"spread {duration_text(self.spread)}" if self.spread else "",
        ]
        return " ".join(filter(None, parts))

    @property
    def filters(self) -> bool:
        """Whether some instants of the time from `start` to `until` are closed."""
        return bool(self.windows or self.on or self.off)

    def closed(self, instant: datetime, zone: ZoneInfo) -> WhyNot | None:
        """What closes this instant, if something does."""
        wall = wall_of(instant, zone)
        if self.on and wall.weekday() not in self.on:
            return WhyNot("window", f"only on {weekday_list(self.on)}")
        if self.windows and not any(window.covers(wall.time()) for window in self.windows):
            return WhyNot("window", f"only between {', '.join(window.text for window in self.windows)}")
        for days in self.off:
            if days.covers(wall.date()):
                return WhyNot("holiday", f"except {days.text}")
        return None

    def outside(self, instant: datetime, zone: ZoneInfo) -> WhyNot | None:
        """Whether the instant lies before `from` or after `until`."""
        if self.start is not None and instant < moment_instant(self.start, zone):
            return WhyNot("window", f"from {moment_text(self.start)}")
        if self.until is not None and instant > moment_instant(self.until, zone):
            return WhyNot("window", f"until {moment_text(self.until, end_of_day=True)}")
        return None

    def edge_after(self, instant: datetime, zone: ZoneInfo) -> datetime | None:
        """An instant later than this one before which nothing opens or closes."""
        turns = {MIDNIGHT}
        for window in self.windows:
            turns |= {window.start, (datetime.combine(date.min, window.end) + TICK).time()}
        ordered = sorted(turns)

        def next_turn(wall: datetime) -> datetime:
            for turn in ordered:
                candidate = datetime.combine(wall.date(), turn)
                if candidate > wall:
                    return candidate
            return datetime.combine(wall.date() + timedelta(days=1), ordered[0])

        edges = (
            next_fixed(instant, zone, next_turn),
            next_following(instant, zone, next_turn),
            fold_ahead(instant, zone),
        )
        return min((edge for edge in edges if edge is not None), default=None)

    def opening(self, instant: datetime, zone: ZoneInfo, latest: datetime) -> datetime | None:
        """The first instant later than this closed one, up to `latest`, that is open."""
        edge = self.edge_after(self._end_of_days_off(instant, zone), zone)
        while edge is not None and edge <= latest:
            if self.closed(edge, zone) is None:
                return edge
            edge = self.edge_after(self._end_of_days_off(edge, zone), zone)
        return None

    def _end_of_days_off(self, instant: datetime, zone: ZoneInfo) -> datetime:
        """An instant on the last date of the stretch of days off that holds `instant`, or `instant` itself."""
        day = wall_of(instant, zone).date()
        last = max((days.through(day) for days in self.off), default=day)
        return instant if last <= day else first_instant(datetime.combine(last, MIDNIGHT), zone)

    def open_spans(self, after: datetime, until: datetime, zone: ZoneInfo) -> Iterator[tuple[datetime, datetime]]:
        """The open stretches (a, b] of (after, until], in order."""
        start = after + TICK
        while start <= until:
            edge = self.edge_after(start, zone)
            end = until if edge is None else min(edge - TICK, until)
            if self.closed(start, zone) is None:
                yield start - TICK, end
            start = end + TICK


NOTHING = Around()
"""No limits at all."""


@dataclass(frozen=True, slots=True)
class Bounded(Rule):
    """A rule with what stands around it."""

    rule: Rule
    around: Around

    @property
    def text(self) -> str:
        return f"{bracketed(self.rule)} {self.around.text}".rstrip()

    @property
    def is_bare(self) -> bool:
        return self.rule.is_bare and self.around.start is None

    @property
    def at_startup(self) -> bool:
        return self.rule.at_startup

    @property
    def in_seconds(self) -> bool:
        return self.rule.in_seconds

    @property
    def step(self) -> timedelta | None:
        return self.rule.step

    @property
    def names_wall_times(self) -> bool:
        return self.rule.names_wall_times and self.around.zone is None

    def next_after(self, instant: datetime, frame: Frame) -> datetime | None:
        around = self.around
        frame = self._frame(frame)
        instant = self._not_before_start(instant, frame)
        end = None if around.until is None else moment_instant(around.until, frame.zone)
        latest = instant + HORIZON
        for _ in range(PATIENCE):
            slot = self.rule.next_after(instant - around.shift, frame)
            if slot is None:
                return None
            slot += around.shift
            if (end is not None and slot > end) or (around.filters and slot > latest):
                return None
            if not around.filters or around.closed(slot, frame.zone) is None:
                return slot
            opening = around.opening(slot, frame.zone, latest)
            if opening is None:
                return None
            instant = opening - TICK
        return None

    def summary(self, after: datetime, until: datetime, frame: Frame) -> Span | None:
        """Counted window by window for plain intervals, walked for everything else."""
        if type(self.rule).summary is Rule.summary:
            return Rule.summary(self, after, until, frame)
        around = self.around
        inner = self._frame(frame)
        after = self._not_before_start(after, inner)
        if around.until is not None:
            until = min(until, moment_instant(around.until, inner.zone))
        if after >= until:
            return None
        spans = around.open_spans(after, until, inner.zone) if around.filters else iter([(after, until)])
        total: Span | None = None
        for low, high in spans:
            piece = self.rule.summary(low - around.shift, high - around.shift, inner)
            if piece is not None:
                last, count = piece.last + around.shift, piece.count
                total = Span(total.first, last, total.count + count) if total else Span(
                    piece.first + around.shift, last, count
                )  # fmt: skip
        return total

    def _frame(self, frame: Frame) -> Frame:
        """The frame of the rule inside: this rule's zone, and the grid that `from` begins."""
        zone = zone_of(self.around.zone) if self.around.zone else frame.zone
        if self.around.start is None:
            return frame._replace(zone=zone)
        return Frame(zone, moment_instant(self.around.start, zone), True)

    def _not_before_start(self, instant: datetime, frame: Frame) -> datetime:
        if self.around.start is None:
            return instant
        return max(instant, frame.anchor + self.around.shift - TICK)


@dataclass(frozen=True, slots=True)
class AnyOf(Rule):
    """Several rules: every slot of any of them."""

    rules: tuple[Rule, ...]

    @property
    def text(self) -> str:
        return " or ".join(map(bracketed, self.rules))

    @property
    def is_bare(self) -> bool:
        return any(rule.is_bare for rule in self.rules)

    @property
    def at_startup(self) -> bool:
        return any(rule.at_startup for rule in self.rules)

    @property
    def in_seconds(self) -> bool:
        return any(rule.in_seconds for rule in self.rules)

    def next_after(self, instant: datetime, frame: Frame) -> datetime | None:
        slots = [rule.next_after(instant, frame) for rule in self.rules]
        return min((slot for slot in slots if slot is not None), default=None)


def bracketed(rule: Rule) -> str:
    """The text of a rule within another: limits of its own are kept together by brackets."""
    return f"({rule.text})" if isinstance(rule, Bounded) else rule.text


def any_of(rules: Sequence[Rule]) -> Rule:
    """Several rules as one value: without doubles, and flat."""
    flat = [part for rule in rules for part in (rule.rules if isinstance(rule, AnyOf) else (rule,))]
    different = tuple(dict.fromkeys(flat))
    return different[0] if len(different) == 1 else AnyOf(different)
