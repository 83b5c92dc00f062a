"""Messages that have not arrived yet, in a form that the state file can keep. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any

from linodctl.notify.message import Message, Tone
from linodctl.values import Value

MOST = 50
"""Letters that wait at the most; the oldest are given up for newer ones."""
LIFE = timedelta(days=1)
"""How long delivery is tried."""


class Letter(Value):
    """A message to one target."""

    number: int
    target: str
    """Its key."""
    written: datetime
    message: Message

    def to_json(self) -> dict[str, Any]:
        return {
            "number": self.number,
            "target": self.target,
            "written": self.written.isoformat(),
            "title": self.message.title,
            "body": self.message.body,
            "tone": self.message.tone.value,
        }

    @classmethod
    def from_json(cls, shape: Mapping[str, Any]) -> Letter:
        """The reverse of `to_json`."""
        message = Message(shape["title"], shape["body"], Tone(shape["tone"]))
        return cls(shape["number"], shape["target"], datetime.fromisoformat(shape["written"]), message)


class Outbox:
    """The letters that wait, oldest first, and how many were given up."""

    def __init__(self, letters: Iterable[Letter] = (), given_up: int = 0) -> None:
        self.letters = {letter.number: letter for letter in letters}
        self.given_up = given_up
        self._last = max(self.letters, default=0)

    def write(self, target: str, message: Message, now: datetime) -> Letter:
        """A new letter. What no longer has room is given up."""
        self._last += 1
        letter = Letter(self._last, target, now, message)
        self.letters[letter.number] = letter
        while len(self.letters) > MOST:
            self.give_up(next(iter(self.letters)))
        return letter

    def arrived(self, number: int) -> None:
        self.letters.pop(number, None)

    def give_up(self, number: int) -> None:
        if self.letters.pop(number, None) is not None:
            self.given_up += 1

    def sort_out(self, targets: Mapping[str, object], now: datetime) -> None:
        """Give up what is too old, or has nobody to go to any more."""
        for letter in list(self.letters.values()):
            if letter.target not in targets or now - letter.written > LIFE:
                self.give_up(letter.number)
