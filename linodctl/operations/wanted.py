"""Which lines of a log are wanted: the same for what runs said and for the site's log."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime

from linodctl.values import Value


class Wanted(Value):
    """None stands for any."""

    level: int | None = None
    """This one or above."""
    since: datetime | None = None
    """Made at this instant or later."""
    pattern: re.Pattern[str] | None = None
    """Found somewhere in the text."""

    @property
    def fits(self) -> Callable[[str], object] | None:
        """What a text is asked."""
        return None if self.pattern is None else self.pattern.search

    def has(self, level: int, time: float, text: str) -> bool:
        """Whether a line of this level, time (seconds since the epoch) and text is wanted."""
        return (
            (self.level is None or level >= self.level)
            and (self.since is None or time >= self.since.timestamp())
            and (self.pattern is None or self.pattern.search(text) is not None)
        )


ANY = Wanted()
