"""What an alert says: enough for somebody on a telephone at night to know what broke, and what to type. Pure.

The most important comes first, since chats cut off what is long.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum
from zoneinfo import ZoneInfo

from linodctl.masking import known
from linodctl.notify.case import BROKEN, Case, advice, headline, order, reason, short, times
from linodctl.notify.deaths import Unclean
from linodctl.notify.digest import News
from linodctl.texts import printable
from linodctl.values import Value

LONGEST_BODY = 3500
"""Characters; what most chats take in one piece."""
LAST_LINES = 10
"""Lines of the run's log, and twice as many of its traceback."""
LONGEST_LINE = 300
DETAILED = 3
"""Tasks that a message tells about in full; of the others it has a line each …"""
LISTED = 30
"""… up to so many."""


class Tone(StrEnum):
    """How bad it is, in apprise's words."""

    FAILURE = "failure"
    WARNING = "warning"
    SUCCESS = "success"
    INFO = "info"


class Message(Value):
    """What is sent."""

    title: str
    body: str
    tone: Tone


class Origin(Value):
    """Who tells."""

    site: str
    host: str
    zone: str
    config: str
    """The file that says what to alert of."""


def compose(origin: Origin, cases: Sequence[Case], unclean: Unclean | None, now: datetime) -> Message:
    """One message about all of it; at least one thing there must be."""
    ordered = sorted(cases, key=lambda case: order(case.change))
    heads = [f"{case.task.name} {headline(case)}" for case in ordered]
    if unclean is not None:
        heads.insert(0, "the runner had died, and is back")
    title = heads[0] if len(heads) == 1 else _summary(ordered, unclean)
    body = _body(origin, ordered, unclean, now)
    return Message(f"[{origin.site}] {printable(title)}", body, _tone(ordered, unclean))


def _body(origin: Origin, cases: Sequence[Case], unclean: Unclean | None, now: datetime) -> str:
    parts = [] if unclean is None else [_unclean(unclean, origin)]
    if len(cases) > 1:
        parts.append(_list(cases))
    parts += [_one(case, now) for case in cases[:DETAILED]]
    end = f"(linodctl on {origin.host}, site {origin.site}, config {origin.config})"
    room = LONGEST_BODY - len(end) - 2
    text = "\n\n".join(parts)
    if len(text) > room:
        text = f"{text[: room - 20].rstrip()}\n… and more"
    return f"{text}\n\n{end}"


def _summary(cases: Sequence[Case], unclean: Unclean | None) -> str:
    counts: dict[str, list[str]] = {}
    for case in cases:
        counts.setdefault(short(case), []).append(case.task.name)
    parts = [
        f"{names[0]} {word}" if len(names) == 1 else f"{len(names)} tasks {word}" for word, names in counts.items()
    ]
    return "; ".join([*(["the runner had died"] if unclean else []), *parts])


def _list(cases: Sequence[Case]) -> str:
    lines = [f"  {case.task.name} {headline(case)}{_because(case)}" for case in cases[:LISTED]]
    if len(cases) > LISTED:
        lines.append(f"  … and {len(cases) - LISTED} more: linodctl status")
    return "\n".join(_cut(line) for line in lines)


def _because(case: Case) -> str:
    why = reason(case)
    return f": {why}" if why else ""


def _one(case: Case, now: datetime) -> str:
    """A task in full."""
    name = case.task.name
    lines = [f"{name} {headline(case)}."]
    if case.task.description:
        lines.append(case.task.description.strip().splitlines()[0])
    facts = [("reason", reason(case)), *times(case, now), *(("then type", text) for text in advice(case))]
    lines += [f"  {word:<10} {value}" for word, value in facts if value]
    if case.news in BROKEN and case.run is not None:
        lines += _block("traceback", (case.run.error or "").rstrip().splitlines(), 2 * LAST_LINES)
        lines += _block("last lines of its log", case.log, LAST_LINES)
    return "\n".join(_cut(line) for line in lines)


def _unclean(unclean: Unclean, origin: Origin) -> str:
    def when(instant: datetime) -> str:
        return instant.astimezone(ZoneInfo(origin.zone)).isoformat(" ", "seconds")

    seen = f", last seen alive {when(unclean.last_seen)}" if unclean.last_seen else ""
    lines = [f"The runner before this one ended without a word{seen}; this one started {when(unclean.at)}."]
    if unclean.times > 1:
        lines.append(f"That has happened {unclean.times} times within the last hour.")
    lines.append("  then type  linodctl status")
    return "\n".join(lines)


def _tone(cases: Sequence[Case], unclean: Unclean | None) -> Tone:
    news = {item for case in cases for item in case.change.news}
    if news & {News.DISABLED, News.FAILING, News.UNRUNNABLE, News.OVERDUE}:
        return Tone.FAILURE
    return Tone.WARNING if unclean is not None or News.LOST in news else Tone.SUCCESS


def _block(title: str, lines: Sequence[str], most: int) -> list[str]:
    """The last lines of something long."""
    if not lines:
        return []
    left_out = [f"  … {len(lines) - most} lines before"] if len(lines) > most else []
    return ["", f"{title}:", *left_out, *(f"  {line}" for line in lines[-most:])]


def _cut(line: str) -> str:
    """A line that is fit to be read anywhere, and tells no secret that is known."""
    shown = printable(known.text(line).expandtabs(4))
    return shown if len(shown) <= LONGEST_LINE else f"{shown[: LONGEST_LINE - 1]}…"
