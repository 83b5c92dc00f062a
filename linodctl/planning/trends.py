"""How a task has been doing of late: its last outcomes, how long a run usually takes, what of that is worth a warning.

The one place that says what "usual" means: whoever shows it, warns of it or plays with it takes it from here.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

from linodctl.domain import Lately, Outcome, Overlap, Task
from linodctl.planning.advising import shortest_interval
from linodctl.planning.status import in_words
from linodctl.values import Value

SHOWN = 10
"""So many of them are shown one by one."""
ENOUGH = 5
"""So many good runs among them tell how long one usually takes."""

_GOOD = (Outcome.SUCCEEDED, Outcome.WARNED)

FAR, FAR_AT_LEAST = 3, timedelta(seconds=10)
"""A run takes far longer than usual from three times as long on, and then by ten seconds at least."""
NEAR = 0.8
"""The part of an interval that a run may usually take before that is worth a warning."""
BRIEF = NEAR * timedelta(minutes=1)
"""Runs that are shorter than this near no interval but one of seconds, and so the slots of others are not looked at:
finding them takes longer than everything else that `list` has to know of a task."""


class Trend(Value):
    """A task's latest runs that have ended, in short."""

    outcomes: tuple[Outcome, ...] = ()
    """Oldest first."""
    last: timedelta | None = None
    """How long the latest one took."""
    usual: timedelta | None = None
    """How long a good one usually takes; None if there were too few."""


NOTHING = Lately((), ())
"""Of a task that has not run yet."""


def trend_of(latest: Lately) -> Trend:
    if not latest.outcomes:
        return Trend()
    return Trend(latest.outcomes[:SHOWN][::-1], timedelta(seconds=latest.seconds[0]), usual_of(latest))


def usual_of(latest: Lately, enough: int = ENOUGH) -> timedelta | None:
    """The median of those that came to their own good end; None if they are fewer than `enough`."""
    good = [seconds for outcome, seconds in zip(latest.outcomes, latest.seconds, strict=True) if outcome in _GOOD]
    return timedelta(seconds=_median(good)) if len(good) >= enough else None


def _median(numbers: list[float]) -> float:
    """As `statistics.median`, whose import would take as long as all else that `list` calculates."""
    ordered, half = sorted(numbers), len(numbers) // 2
    return ordered[half] if len(numbers) % 2 else (ordered[half - 1] + ordered[half]) / 2


def usual_of_each(latest: Mapping[str, Lately], enough: int = ENOUGH) -> dict[str, timedelta]:
    """As `usual_of`, of those tasks for which it is known."""
    found = ((name, usual_of(runs, enough)) for name, runs in latest.items())
    return {name: usual for name, usual in found if usual is not None}


def is_far_over(taken: timedelta, usual: timedelta | None) -> bool:
    """Whether a run that has taken so long, ended or not, takes far longer than usual."""
    return usual is not None and taken >= max(FAR * usual, usual + FAR_AT_LEAST)


def warnings(
    task: Task, trend: Trend, running_since: datetime | None, anchor: datetime | None, now: datetime
) -> tuple[str, ...]:
    """What is worth a warning at the instant `now`, each a phrase about the task; `running_since` is its oldest open
    run's start."""
    usual = trend.usual
    if usual is None:
        return ()
    found = []
    if running_since is not None and is_far_over(now - running_since, usual):
        found.append(f"takes far longer than usual ({_length(usual)})")
    interval = neared_interval(task, usual, anchor, now)
    if interval is not None:
        found.append(f"usually takes {usual / interval:.0%} of the {in_words(interval)} between two slots")
    return tuple(found)


def neared_interval(task: Task, usual: timedelta, anchor: datetime | None, now: datetime) -> timedelta | None:
    """The shortest time between two slots to come, if a run usually takes most of it or more; None also where runs may
    go on side by side."""
    if task.policy.overlap is Overlap.ALLOW or (usual < BRIEF and not task.recurrence.in_seconds):
        return None
    shortest = shortest_interval(task, anchor, now)
    return shortest if shortest is not None and usual >= NEAR * shortest else None


def _length(span: timedelta) -> str:
    """Of runs that are shorter than a second, too."""
    seconds = span.total_seconds()
    return f"{seconds:.2g} seconds" if seconds < 10 else in_words(span)
