"""Every slot ends exactly once, as a run or as a skip, or still waits: random lives of random sites."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from typing import Any

from examples import examples
from hypothesis import given
from hypothesis import strategies as st
from site_life import Config, Life
from stories import make_task, retries

from linodctl.domain import Missed, OnLost, Overlap, Task

RULES: list[str | dict[str, Any]] = [
    "10 seconds", "25 seconds", "1 minute", "minute at :17", "hour at :30", "day at 12:05", "7 minutes",
    "5 to 10 seconds", "20 seconds or minute at :05", "cron */2 * * * *", "30 seconds between 12:00 and 12:20", "never",
    {"every": "15 seconds", "count": 7}, {"cron": "*/20 * * * * *", "count": 3},
    {"every": "10 seconds", "from": "2026-03-02 12:01:03", "until": "2026-03-02 12:30"},
]  # fmt: skip
LIMITS = [{"db": 1, "net": 2}, {"db": 2, "net": 1}]

options = st.fixed_dictionaries(
    {
        "rule": st.sampled_from(RULES),
        "missed": st.sampled_from(Missed),
        "missed_window": st.sampled_from([timedelta(minutes=3), timedelta(days=365)]),
        "tolerance": st.sampled_from([timedelta(seconds=15), timedelta(seconds=60)]),
        "overlap": st.sampled_from(Overlap),
        "use": st.sampled_from([(), ("db",), ("net",), ("db", "net")]),
        "disable_after": st.sampled_from([1, 2, None]),
        "retry_disabled_after": st.sampled_from([None, timedelta(seconds=40)]),
        "retries": st.sampled_from([retries(1), retries(2, 5), retries(3, 30)]),
        "on_lost": st.sampled_from(OnLost),
        "disabled": st.sampled_from([None, None, None, None, "declared"]),
        "after": st.booleans(),
    }
)
sites = st.lists(options, min_size=1, max_size=5)
STEPS = [
    *("wait", "end", "ahead") * 4, "fail", "lose", "request", "withdraw", "sleep", "restart", "disable", "disable_for",
    "enable", "reset", "reload",
]  # fmt: skip
steps = st.lists(st.tuples(st.sampled_from(STEPS), st.integers(0, 1000)), min_size=5, max_size=60)


def tasks_of(declared: Iterable[dict[str, Any]], *, renamed: int = 0) -> list[Task]:
    """Tasks t1, t2, …; each may have to run after the one before it. With `renamed` the first so many are others."""
    tasks: list[Task] = []
    for number, declaration in enumerate(declared, 1):
        given = dict(declaration)
        before = (tasks[-1].name,) if given.pop("after") and tasks else ()
        name = f"{'n' if number <= renamed else 't'}{number}"
        tasks.append(make_task(name, given.pop("rule"), number, run_after=before, **given))
    return tasks


@given(sites, sites, steps, st.integers(1, 4), st.integers(0, 2))
@examples(200)
def test_every_slot_ends_exactly_once(
    before: list[dict[str, Any]],
    after: list[dict[str, Any]],
    life: list[tuple[str, int]],
    max_parallel: int,
    renamed: int,
) -> None:
    """The second config takes turns with the first at each reload: edited, removed, new and returning tasks."""
    site = Life(
        [
            Config(tasks_of(before), max_parallel, LIMITS[0]),
            Config(tasks_of(after, renamed=renamed), max_parallel % 4 + 1, LIMITS[1]),
        ]
    )
    for kind, number in life:
        site.live(kind, number)
