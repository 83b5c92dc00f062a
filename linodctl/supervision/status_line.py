"""The one line about the runner that `systemctl status` shows: what runs, what comes next, what is wrong."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import UTC, datetime, tzinfo

from linodctl.masking import known
from linodctl.texts import printable

LONGEST = 400
"""Characters: it is one line of a page."""


@dataclass(slots=True)
class Facts:
    """What the host has heard so far."""

    ready: bool = False
    stopping: str = ""
    """Why; empty as long as it isn't."""
    reloading: bool = False
    config_rejected: bool = False
    """The one on disk; another one is in force."""
    running: int = 0
    next_due: datetime | None = None
    zone: tzinfo = UTC
    troubles: dict[str, str] = field(default_factory=dict)
    """What is wrong now, by kind."""


def status_line(facts: Facts) -> str:
    """A line that holds no secret and can't be taken for two."""
    if facts.stopping:
        parts = [f"stopping: {facts.stopping}", f"waiting for {_runs(facts.running)} to end" if facts.running else ""]
    elif not facts.ready:
        parts = ["starting"]
    else:
        parts = [f"{_runs(facts.running)} going on" if facts.running else "nothing runs", _next(facts)]
        if facts.reloading:
            parts.append("reading the config again")
        elif facts.config_rejected:
            parts.append("the config on disk has problems, the one before it goes on ('linodctl status' tells them)")
    return one_line("; ".join(part for part in [*_wrong(facts.troubles.values()), *parts] if part))


def one_line(text: str) -> str:
    """Fit for the protocol, in which a line end would begin another assignment."""
    text = printable(known.text(text))
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 1]}…"


def _wrong(troubles: Collection[str]) -> list[str]:
    return [f"TROUBLE: {what}" for what in troubles]


def _runs(count: int) -> str:
    return "1 run" if count == 1 else f"{count} runs"


def _next(facts: Facts) -> str:
    if facts.next_due is None:
        return "nothing is due"
    return f"next due {facts.next_due.astimezone(facts.zone).isoformat(' ', 'seconds')}"
