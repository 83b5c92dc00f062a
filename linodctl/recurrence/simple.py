"""The rules without a grid: `never`, `startup`, and `once`, with or without its moment."""

from __future__ import annotations

from datetime import datetime

from linodctl.recurrence.rule import Frame, Rule
from linodctl.recurrence.values import Moment, moment_instant, moment_text


class Never(Rule):
    """No slot at all: the task runs only when it is triggered."""

    @property
    def text(self) -> str:
        return "never"

    def next_after(self, instant: datetime, frame: Frame) -> datetime | None:
        return None


class Startup(Rule):
    """One slot at each start of the runner, which only the runner can know."""

    @property
    def text(self) -> str:
        return "startup"

    @property
    def at_startup(self) -> bool:
        return True

    def next_after(self, instant: datetime, frame: Frame) -> datetime | None:
        return None


class Once(Rule):
    """A single slot: at its moment, or at the anchor when it names none."""

    at: Moment | None = None

    @property
    def text(self) -> str:
        return "once" if self.at is None else f"once at {moment_text(self.at)}"

    @property
    def is_bare(self) -> bool:
        return self.at is None

    @property
    def names_wall_times(self) -> bool:
        return self.at is not None and self.at.tzinfo is None

    def next_after(self, instant: datetime, frame: Frame) -> datetime | None:
        slot = frame.anchor if self.at is None else moment_instant(self.at, frame.zone)
        return slot if slot > instant else None
