"""The error of this room: which option can't be read, where, and what would be valid instead."""

from __future__ import annotations

from collections.abc import Iterable

from linodctl.errors import RecurrenceError

EXAMPLES = (
    "10 seconds", "5 minutes", "1 hour", "5 to 10 seconds", "minute at :17", "hour at :30", "2 hours at :15",
    "day", "day at 10:30", "day at 09:00, 17:30", "2 days at 10:30", "day at 12:42 Europe/Amsterdam",
    "week", "2 weeks", "monday", "wednesday at 13:15", "tuesday, friday at 08:00", "weekday at 09:00",
    "2 weeks on tuesday from 2026-01-06", "month", "month on day 15 at 06:00", "3 months on day 15 at 06:00",
    "last day of the month", "last friday of the month", "first monday of the month at 09:00",
    "first and last weekday of the month", "year", "year on december 24 at 18:00", "easter", "39 days after easter",
    "never", "startup", "once", "once at 2026-12-24 18:00", "1 hour between 08:00 and 18:00",
    "10 minutes only on weekday", "day at 09:00 except 2026-12-24..2027-01-02", "hour spread 10m",
    "day at 06:00 until 2026-12-31", "1 hour 5 times", "10 minutes after finish", "cron 0 5 * * mon",
)  # fmt: skip
"""Phrases that are valid as they stand (a test says so); an error shows the two nearest."""

MEANT = {
    "2 weeks": "fortnight fortnightly biweekly",
    "day at 09:00, 17:30": "twice 2x",
    "day at 08:00": "morning mornings",
    "day at 12:00": "noon midday",
    "day at 18:00": "evening evenings",
    "day at 02:30": "night nights nightly",
    "day at 00:00": "midnight",
    "weekday at 09:00": "weekdays workday workdays",
    "day at 09:00 only on monday-friday": "friday",
    "2 days at 10:30": "other alternate",
    "3 months on day 1": "quarter quarterly",
    "startup": "boot reboot start",
    "never": "manual manually none",
}
"""What people write for what, where it isn't a phrase: shown before what only looks alike."""


class RuleError(RecurrenceError):
    """An option of a recurrence can't be read. `key` names the option, `examples` two valid values near it."""

    def __init__(
        self,
        message: str,
        phrase: str = "",
        position: int | None = None,
        *,
        key: str = "every",
        examples: tuple[str, ...] = (),
    ) -> None:
        super().__init__(message, phrase, position)
        self.key = key
        self.examples = examples

    def pointed(self) -> str:
        """The phrase, a caret under its first wrong word, and the examples: several lines for a terminal."""
        lines = []
        if self.position is not None:
            lines += [self.phrase, " " * self.position + "^"]
        lines += [f"for example: {example}" for example in self.examples]
        return "\n".join(lines)


def examples_near(phrase: str, known: Iterable[str] = EXAMPLES) -> tuple[str, ...]:
    """Two phrases: what this one probably means, or else those known ones that look most like it."""
    from difflib import SequenceMatcher

    def likeness(example: str) -> float:
        return SequenceMatcher(None, phrase.lower()[:200], example).ratio()

    words = set(phrase.lower()[:200].split())
    meant = [example for example, said in MEANT.items() if known is EXAMPLES and words.intersection(said.split())]
    return tuple(dict.fromkeys([*meant, *sorted(known, key=likeness, reverse=True)]))[:2]
