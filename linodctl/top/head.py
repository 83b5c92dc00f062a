"""The lines above the table: whether a runner is alive, how many tasks are how, and what troubles the site. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from datetime import datetime
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from linodctl.paint import Painted, Part, bad, dim, good, strong, warn
from linodctl.words import STATES, how_many, so_far, when

if TYPE_CHECKING:
    from linodctl.operations.status import SiteStatus
    from linodctl.operations.watching import Glance
    from linodctl.top.order import Choice

Line = list[Part]
Like = Callable[[str], str]
"""A command to be typed for the same site, as `Call.like` makes it."""

COUNTED = {"running": "running", "requested": "requested", "asap": "to run asap", "disabled": "disabled"}
"""States that are counted, and what is said of them."""


def head(glance: Glance, choice: Choice, shown: int, unreadable: str | None, like: Like) -> list[Line]:
    """Two lines, one more if there is no runner, and one more if something is wrong."""
    lines = [_runner(glance), _counts(glance, choice, shown)]
    if not glance.status.alive:
        lines.append([dim(f"nothing will run; start a runner with '{like('run')}'")])
    wrong = list(_wrong(glance.status, unreadable, like))
    if wrong:
        more = f" (and {len(wrong) - 1} more: '{like('status')}' tells)" if len(wrong) > 1 else ""
        lines.append([wrong[0], dim(more)])
    return lines


def clock(now: datetime, zone: str) -> str:
    """The present instant in the site's zone."""
    return when(now, ZoneInfo(zone))


def _runner(glance: Glance) -> Line:
    status = glance.status
    site: Part = strong(f"{status.site}: ")
    if status.alive:
        up = f" for {so_far(glance.now - status.since)}" if status.since else ""
        return [site, good("the runner is alive"), f"{up}, pid {status.pid or 'unknown'}"]
    if status.last_seen is None:
        last = "; there has never been one"
    else:
        how = "stopped" if status.clean_end else "was last seen"
        last = f"; the last one {how} {so_far(glance.now - status.last_seen)} ago"
    return [site, bad("no runner is alive"), f"{last}"]


def _counts(glance: Glance, choice: Choice, shown: int) -> Line:
    states = Counter(line.status.state for line in glance.lines.values())
    said: list[Part] = [how_many(len(glance.lines), "task")]
    for state, words in COUNTED.items():
        if states[state]:
            said += [", ", Painted(f"{states[state]} {words}", STATES[state])]
    if glance.status.late:
        said += [", ", warn(f"{len(glance.status.late)} late")]
    if choice.order != "No." or choice.reverse:
        said.append(dim(f"; by {choice.order}{', reversed' if choice.reverse else ''}"))
    if choice.sought:
        said += ["; ", strong(f"{how_many(shown, 'task')} with '{choice.sought}'")]
    return said


def _wrong(status: SiteStatus, unreadable: str | None, like: Like) -> Iterator[Part]:
    """Everything that somebody should look after, the worst first."""
    if unreadable is not None:
        yield bad(f"{unreadable}; shown is what was read before")
    for trouble in status.troubles or ():
        yield bad(trouble)
    if status.troubles is None:
        yield warn("the runner doesn't answer: it is starting, makes a single pass, or is stuck")
    if status.config_error:
        yield bad(f"the config has problems; the runner goes on with the one before: {_first(status.config_error)}")
    elif status.config_problems:
        yield bad(f"the config on disk has problems; shown is the one before: {_first(status.config_problems)}")
    elif status.config_changed:
        yield warn(f"the config on disk is not what runs; '{like('reload')}' takes it over")
    for stuck in status.alerts.stuck:
        yield bad(f"unsent: {stuck.to}: {stuck.why}")


def _first(text: str) -> str:
    return text.partition("\n")[0]
