"""What stands around a rule: `from`, `until`, `between`, `on`, `except`, `spread`, and a zone of its own.

Every filter speaks about the slot itself, after `spread` has moved it, by the wall clock of the rule's zone.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

from linodctl.recurrence.days_off import DaysOff
from linodctl.recurrence.values import MIDNIGHT, Moment, duration_text, moment_instant, moment_text, time_text
from linodctl.recurrence.wall import TICK, first_instant, fold_ahead, next_fixed, next_following, wall_of
from linodctl.recurrence.words import weekday_list
from linodctl.values import Value, replace

_ZERO = timedelta(0)


class WhyNot(Value):
    """Why an instant is no slot: the name of a skip reason, and words for people."""

    reason: Literal["window", "holiday"]
    text: str


class Window(Value):
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


class Around(Value):
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

    def as_walls(self, zone: ZoneInfo) -> Around:
        """The same limits as the clocks of `zone` show them, without naming it."""
        start = wall_of(self.start, zone) if self.start is not None and self.start.tzinfo else self.start
        until = wall_of(self.until, zone) if self.until is not None and self.until.tzinfo else self.until
        return replace(self, start=start, until=until, zone=None)

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
                return WhyNot("holiday", f"'except' takes out {days.told(wall.date())}")
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
