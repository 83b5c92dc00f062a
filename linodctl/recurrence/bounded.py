"""Rules with something around them: `Bounded` keeps a rule within its limits, `AnyOf` joins several rules."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from linodctl.recurrence.around import Around
from linodctl.recurrence.rule import Frame, Rule, Span
from linodctl.recurrence.values import moment_instant
from linodctl.recurrence.wall import TICK, zone_of
from linodctl.values import replace

HORIZON = timedelta(days=50 * 366)
PATIENCE = 3000
"""How far, and for how many closed slots in a row, a rule is searched for one that the filters let through."""


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
        return self.rule.names_wall_times

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
            return replace(frame, zone=zone)
        return Frame(zone, moment_instant(self.around.start, zone), True)

    def _not_before_start(self, instant: datetime, frame: Frame) -> datetime:
        if self.around.start is None:
            return instant
        return max(instant, frame.anchor + self.around.shift - TICK)


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
