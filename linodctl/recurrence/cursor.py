"""A place in a phrase: reads words one by one and knows where a wrong one stands."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import time
from typing import NoReturn, TypeVar

from linodctl.recurrence.days_off import NO_CALENDARS, Calendars
from linodctl.recurrence.problem import EXAMPLES, RuleError, examples_near
from linodctl.recurrence.stable import stable_number
from linodctl.recurrence.values import Moment, pattern, read_moment, read_time
from linodctl.recurrence.words import nearest
from linodctl.values import Value

T = TypeVar("T")

_TOO_LARGE = 10_000_000


class Word(Value):
    """A word of the phrase: lower-case, as written, and its column. Past the end it is empty."""

    text: str
    raw: str
    start: int


class Cursor:
    """Reads `phrase` for the task `name`, whose hash feeds the stable choices."""

    __slots__ = ("_at", "_words", "calendars", "examples", "key", "name", "phrase")

    def __init__(
        self,
        phrase: str,
        name: str = "",
        calendars: Calendars = NO_CALENDARS,
        *,
        key: str = "every",
        examples: Sequence[str] = EXAMPLES,
    ) -> None:
        self.phrase = phrase
        self.name = name
        self.calendars = calendars
        self.key = key
        self.examples = examples
        found = pattern(r"[(),]|[^\s(),]+").finditer(phrase)
        self._words = [Word(match[0].lower(), match[0], match.start()) for match in found]
        self._at = 0

    # --- looking and taking ---

    @property
    def word(self) -> str:
        """The next word, lower-case; empty at the end."""
        return self.ahead(0)

    def ahead(self, steps: int) -> str:
        """The word so many steps after the next one."""
        at = self._at + steps
        return self._words[at].text if at < len(self._words) else ""

    def take(self) -> Word:
        """The next word, passing over it."""
        if self._at >= len(self._words):
            return Word("", "", len(self.phrase))
        word = self._words[self._at]
        self._at += 1
        return word

    def accept(self, *words: str) -> bool:
        """Pass over the next word if it is one of these."""
        if self.word and self.word in words:
            self._at += 1
            return True
        return False

    def expect(self, *words: str) -> None:
        """Pass over one of these words, or fail."""
        if not self.accept(*words):
            self.fail(f"{' or '.join(map(repr, words))} is missing", words)

    def another(self, test: Callable[[int], bool]) -> bool:
        """Pass over a comma or an `and` (or both) if what follows them passes the test, which is told where it is."""
        steps = 0
        while self.ahead(steps) in (",", "and") and steps < 2:
            steps += 1
        if not steps or not test(steps):
            return False
        self._at += steps
        return True

    # --- kinds of words ---

    def number(self) -> int | None:
        """A whole number from 1 on, passing over it; None if the next word isn't a number."""
        if not self.word.isdecimal():
            return None
        number = int(self.word)
        if not 0 < number <= _TOO_LARGE:
            self.fail(f"{number} is not between 1 and {_TOO_LARGE:,}")
        self._at += 1
        return number

    def time(self, *, end: bool = False) -> time:
        """A time of day; the `end` of a stretch can be 24:00."""
        return self.value(lambda text: read_time(text, end=end))

    def moment(self, *, end_of_day: bool = False) -> Moment:
        """A date, a date and a time, or an instant with offset."""
        if pattern(r"\d{1,2}:\d\d(:\d\d(\.\d+)?)?").fullmatch(self.ahead(1)):
            day = self.take()
            return self.value(lambda at: read_moment(f"{day.raw} {at.rjust(5, '0')}"))
        return self.value(lambda text: read_moment(text, end_of_day=end_of_day))

    def value(self, read: Callable[[str], T]) -> T:
        """The next word read by a function that raises ValueError."""
        raw = self._words[self._at].raw if self.word else ""
        try:
            found = read(raw)
        except ValueError as error:
            self.fail(str(error) if raw else "something is missing at the end")
        self._at += 1
        return found

    def unspaced(self) -> str:
        """Everything up to the next space, with commas and `(…)`, but without the bracket that closes a rule."""
        start = self.place
        found = pattern(r"(?:\([^\s()]*\)|[^\s()])*").match(self.phrase, start)
        raw = found[0] if found else ""
        if not raw:
            self.unknown(())
        while self._at < len(self._words) and self._words[self._at].start < start + len(raw):
            self._at += 1
        return raw

    @property
    def seed(self) -> int:
        """The number from which this task's stable choices are made."""
        return stable_number(self.name)

    @property
    def place(self) -> int:
        """The column of the next word."""
        return self._words[self._at].start if self.word else len(self.phrase)

    # --- errors ---

    def unknown(self, known: Iterable[str]) -> NoReturn:
        """Fail because the next word is none of these."""
        if not self.word:
            self.fail("the phrase ends too early", known)
        self.fail(f"{self._words[self._at].raw!r} is not understood here", known)

    def fail(self, why: str, known: Iterable[str] = (), *, at: int | None = None) -> NoReturn:
        """Raise the error for the next word, or for column `at`: with the nearest known word and two examples."""
        near = nearest(self.word, known) if self.word else None
        hint = f" (did you mean {near!r}?)" if near and near != self.word else ""
        examples = examples_near(self.phrase, self.examples)
        message = f"{self.phrase!r}: {why}{hint}; try {examples[0]!r} or {examples[1]!r}"
        position = self.place if at is None else at
        raise RuleError(message, self.phrase, position, key=self.key, examples=examples)
