"""From how tasks stand now and what was told before to what is to be told. Pure.

A task is told of when its state changes, not with every run, and what has passed before anybody looked is not told at
all. So a restart neither repeats nor loses anything: what was told is remembered, and how things stand can be read.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from linodctl.notify.standing import Standing, Trouble
from linodctl.values import Value, replace

HOUR = timedelta(hours=1)
MOST_AN_HOUR = 4
"""Changes of one task that are told within an hour; what comes on top waits, and passes or is told later."""
WINDOW = timedelta(seconds=10)
"""How long changes are collected after the first, for what breaks together."""
LONGEST_WINDOW = timedelta(minutes=5)
CALM = timedelta(minutes=10)
"""The window doubles with each message within the last so many minutes."""


class News(StrEnum):
    """What there is to be told of a task."""

    LOST = "lost"
    FAILING = "failing"
    DISABLED = "disabled"
    UNRUNNABLE = "unrunnable"
    OVERDUE = "overdue"
    RECOVERED = "recovered"
    """It succeeded, for the first time since it was told to be in trouble or overdue."""
    RUNNABLE = "runnable"
    """Its code is found again."""


class Told(Value):
    """What was told of a task, and how it stood then."""

    trouble: Trouble | None = None
    overdue: bool = False
    success: datetime | None = None
    """Its last success then."""
    disabled_at: datetime | None = None
    since: datetime | None = None
    """When the trouble, or being overdue, was told first."""
    times: tuple[datetime, ...] = ()
    """When changes of it were told within the last hour."""

    @property
    def is_bad(self) -> bool:
        return self.trouble is not None or self.overdue

    def to_json(self) -> dict[str, Any]:
        """A mapping that JSON can hold; what is as usual is left out."""
        shape = {
            "trouble": self.trouble,
            "overdue": self.overdue,
            "success": self.success and self.success.isoformat(),
            "disabled_at": self.disabled_at and self.disabled_at.isoformat(),
            "since": self.since and self.since.isoformat(),
            "times": [instant.isoformat() for instant in self.times],
        }
        return {key: value for key, value in shape.items() if value}

    @classmethod
    def from_json(cls, shape: Mapping[str, Any]) -> Told:
        """The reverse of `to_json`."""
        return cls(
            trouble=Trouble(shape["trouble"]) if "trouble" in shape else None,
            overdue=shape.get("overdue", False),
            success=_instant(shape.get("success")),
            disabled_at=_instant(shape.get("disabled_at")),
            since=_instant(shape.get("since")),
            times=tuple(datetime.fromisoformat(text) for text in shape.get("times", ())),
        )


class Change(Value):
    """One task's news."""

    task: str
    news: tuple[News, ...]
    before: Told


def compare(told: Told, now_is: Standing) -> tuple[News, ...]:
    """What is new about a task that stands like this, given what was told last."""
    succeeded = now_is.last_success is not None and now_is.last_success != told.success
    news: list[News] = []
    if now_is.trouble is not None:
        if now_is.trouble is not told.trouble or _anew(told, now_is):
            news.append(News(now_is.trouble.value))
    elif told.trouble is Trouble.UNRUNNABLE:
        news.append(News.RUNNABLE)
    elif told.trouble is not None and succeeded:
        news.append(News.RECOVERED)
    if now_is.overdue and not told.overdue:
        news.append(News.OVERDUE)
    if told.overdue and not now_is.overdue and succeeded and not news:
        news.append(News.RECOVERED)
    return tuple(news)


def _anew(told: Told, now_is: Standing) -> bool:
    """Whether somebody enabled the disabled task since it was told of, and failures disabled it again. (A failed
    probation disables it anew, too: that is no news.)
    """
    if now_is.trouble is not Trouble.DISABLED or told.disabled_at is None or now_is.enabled_at is None:
        return False
    return now_is.enabled_at > told.disabled_at


class Digest:
    """Remembers what was told of each task that is in trouble, or was within the last hour."""

    def __init__(self, told: Mapping[str, Told] | None = None, sent: Sequence[datetime] = ()) -> None:
        self.told = dict(told or {})
        self._sent = list(sent)
        self._postponed: dict[str, datetime] = {}

    def look(self, standings: Mapping[str, Standing], now: datetime) -> list[Change]:
        """What is to be told at `now` of these tasks; it counts as told."""
        changes = []
        for task, standing in standings.items():
            before = self.told.get(task, Told())
            self._postponed.pop(task, None)
            news = compare(before, standing)
            recent = tuple(instant for instant in before.times if now - HOUR < instant <= now)
            if news and len(recent) >= MOST_AN_HOUR:
                self._postponed[task] = recent[0] + HOUR
                continue
            if news:
                changes.append(Change(task, news, before))
                recent = (*recent, now)
            self._remember(task, _after(before, standing, bool(news), recent, now))
        if changes:
            self._sent.append(now)
        return changes

    def forget(self, tasks: Sequence[str]) -> None:
        """These are no longer declared."""
        for task in tasks:
            self.told.pop(task, None)
            self._postponed.pop(task, None)

    def window(self, now: datetime) -> timedelta:
        """How long to collect changes from `now` on before they are told."""
        self._sent = [instant for instant in self._sent if now - CALM < instant <= now]
        return min(WINDOW * (1 << min(len(self._sent), 10)), LONGEST_WINDOW)

    def postponed(self, now: datetime) -> set[str]:
        """The tasks whose news had to wait, and no longer have to."""
        return {task for task, until in self._postponed.items() if until <= now}

    def next_postponed(self) -> datetime | None:
        """When the first of them may be told."""
        return min(self._postponed.values(), default=None)

    def _remember(self, task: str, told: Told) -> None:
        if told.is_bad or told.times:
            self.told[task] = told
        else:
            self.told.pop(task, None)


def _after(before: Told, standing: Standing, is_news: bool, times: tuple[datetime, ...], now: datetime) -> Told:
    """What is remembered once it has been looked at."""
    succeeded = standing.last_success is not None and standing.last_success != before.success
    lasts = before.trouble is not Trouble.UNRUNNABLE and not succeeded
    # Between being enabled by hand and the next run nothing is proven: the trouble that was told stays the last word.
    trouble = standing.trouble or (before.trouble if lasts else None)
    told = replace(before, trouble=trouble, overdue=standing.overdue, times=times)
    if is_news or standing.trouble is not None:
        told = replace(told, success=standing.last_success)
    if is_news:
        told = replace(told, disabled_at=standing.disabled_at)
    return replace(told, since=(before.since or now) if told.is_bad else None)


def _instant(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None
