"""Totals that only ever grow: how many runs ended how, slots were skipped, starts were late, since the site began.

They begin with what the history held when they were made, and outlive it: pruning and `reset` leave them alone.
Triggers count in the very transaction in which a run ends or a slot is given up, so whatever writes the rows can't
forget it. The statements have been released with their migration: a change is another migration.
"""

from __future__ import annotations

import math
import sqlite3
from collections.abc import Callable, Iterator
from typing import TypeVar

from linodctl.domain import Outcome, SkipReason
from linodctl.store.errors import DamagedRow
from linodctl.store.rows import Late, Ran, Totals

T = TypeVar("T")

WITHIN = (0.01, 0.05, 0.1, 0.5, 1.0, 2.0, 5.0, 10.0, 30.0, 60.0, 300.0, 900.0, 3600.0, math.inf)
"""Starts are counted by the least of these that their lateness in seconds doesn't exceed."""

_SECONDS = "coalesce(max(0.0, round((julianday({to}) - julianday({since})) * 86400, 3)), 0.0)"
_TOOK = _SECONDS.format(since="{row}start_time", to="{row}end_time")
_LATE = _SECONDS.format(since="{row}scheduled_for", to="{row}start_time")
_NEW_TOOK, _NEW_LATE = _TOOK.format(row="new."), _LATE.format(row="new.")

_TABLES = (
    """
    CREATE TABLE run_totals (
        task TEXT NOT NULL,
        outcome TEXT NOT NULL,
        runs INTEGER NOT NULL,
        seconds REAL NOT NULL,
        PRIMARY KEY (task, outcome)
    ) WITHOUT ROWID
    """,
    """
    CREATE TABLE skip_totals (
        task TEXT NOT NULL,
        reason TEXT NOT NULL,
        slots INTEGER NOT NULL,
        PRIMARY KEY (task, reason)
    ) WITHOUT ROWID
    """,
    """
    CREATE TABLE lateness_totals (
        within REAL PRIMARY KEY,
        starts INTEGER NOT NULL DEFAULT 0,
        seconds REAL NOT NULL DEFAULT 0
    )
    """,
)


def _row(bound: float) -> str:
    """SQL has no word for infinity but a number that is too large."""
    return "(9e999)" if math.isinf(bound) else f"({bound})"


_SO_FAR = (
    f"""
    INSERT INTO run_totals SELECT task, outcome, count(*), sum({_TOOK.format(row="")}) FROM runs
    WHERE end_time IS NOT NULL AND outcome IS NOT NULL GROUP BY task, outcome
    """,
    "INSERT INTO skip_totals SELECT task, reason, sum(count) FROM skips GROUP BY task, reason",
    f"INSERT INTO lateness_totals (within) VALUES {', '.join(map(_row, WITHIN))}",
)

_TRIGGERS = (
    f"""
    CREATE TRIGGER run_ended AFTER UPDATE OF end_time ON runs
    WHEN old.end_time IS NULL AND new.end_time IS NOT NULL AND new.outcome IS NOT NULL
    BEGIN
        INSERT INTO run_totals VALUES (new.task, new.outcome, 1, {_NEW_TOOK})
        ON CONFLICT (task, outcome) DO UPDATE SET runs = runs + 1, seconds = seconds + excluded.seconds;
    END
    """,
    f"""
    CREATE TRIGGER slot_started AFTER INSERT ON runs WHEN new.slot IS NOT NULL AND new.attempt = 1
    BEGIN
        UPDATE lateness_totals SET starts = starts + 1, seconds = seconds + {_NEW_LATE}
        WHERE within = (SELECT min(within) FROM lateness_totals WHERE within >= {_NEW_LATE});
    END
    """,
    """
    CREATE TRIGGER slots_skipped AFTER INSERT ON skips
    BEGIN
        INSERT INTO skip_totals VALUES (new.task, new.reason, new.count)
        ON CONFLICT (task, reason) DO UPDATE SET slots = slots + excluded.slots;
    END
    """,
    """
    CREATE TRIGGER more_slots_skipped AFTER UPDATE OF count ON skips WHEN new.count > old.count
    BEGIN
        INSERT INTO skip_totals VALUES (new.task, new.reason, new.count - old.count)
        ON CONFLICT (task, reason) DO UPDATE SET slots = slots + excluded.slots;
    END
    """,
)

STATEMENTS = (*_TABLES, *_SO_FAR, *_TRIGGERS)


def read(ask: Callable[[str], list[sqlite3.Row]]) -> Totals:
    """All of them. DamagedRow for what is no number, or names nothing that is counted."""
    return Totals(
        runs=dict(_read("run_totals", "task, outcome", ask, _ran)),
        skips=dict(_read("skip_totals", "task, reason", ask, _skipped)),
        late=list(_read("lateness_totals", "within", ask, _late)),
    )


def _read(
    table: str, order: str, ask: Callable[[str], list[sqlite3.Row]], value: Callable[[sqlite3.Row], T]
) -> Iterator[T]:
    for row in ask(f"SELECT * FROM {table} ORDER BY {order}"):
        try:
            yield value(row)
        except (ValueError, TypeError, OverflowError) as error:
            raise DamagedRow(table, row[0], error) from error


def _ran(row: sqlite3.Row) -> tuple[tuple[str, Outcome], Ran]:
    return (str(row["task"]), Outcome(row["outcome"])), Ran(int(row["runs"]), float(row["seconds"]))


def _skipped(row: sqlite3.Row) -> tuple[tuple[str, SkipReason], int]:
    return (str(row["task"]), SkipReason(row["reason"])), int(row["slots"])


def _late(row: sqlite3.Row) -> Late:
    return Late(float(row["within"]), int(row["starts"]), float(row["seconds"]))
