"""Runners that ended without a word: one that dies again and again shall not fill mailboxes. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from linodctl.notify.digest import HOUR
from linodctl.values import Value


class Unclean(Value):
    """A runner started after one that ended without a word."""

    at: datetime
    last_seen: datetime | None
    times: int
    """How often within the last hour."""


class Deaths(Value):
    """When runners started after such an end, within the last hour; when it was told; and what is to be told."""

    times: tuple[datetime, ...] = ()
    told: datetime | None = None
    news: Unclean | None = None

    def one_more(self, last_seen: datetime | None, now: datetime) -> Deaths:
        """It has happened; that is news once an hour."""
        times = (*(instant for instant in self.times if now - HOUR < instant <= now), now)
        is_news = self.told is None or not now - HOUR < self.told <= now
        return Deaths(times, self.told, Unclean(now, last_seen, len(times)) if is_news else self.news)

    def and_then(self, later: Deaths) -> Deaths:
        """With what was heard before this could be read."""
        news = later.news
        return self if news is None else self.one_more(news.last_seen, news.at)

    def told_at(self, now: datetime) -> Deaths:
        """The news is told, if there is any."""
        return self if self.news is None else Deaths(self.times, now)

    def without_news(self) -> Deaths:
        """There is nobody to tell it to."""
        return Deaths(self.times, self.told)

    def to_json(self) -> dict[str, Any]:
        return {"times": [instant.isoformat() for instant in self.times], "told": self.told and self.told.isoformat()}

    @classmethod
    def from_json(cls, shape: Mapping[str, Any]) -> Deaths:
        """The reverse of `to_json`."""
        told = shape.get("told")
        times = tuple(datetime.fromisoformat(text) for text in shape.get("times", ()))
        return cls(times, datetime.fromisoformat(told) if told else None)
