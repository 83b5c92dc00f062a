"""Questions about one moment in the life of a task: what is on record for a slot, and what went on beside it.

Each is answered from an index, so that it costs the same after a million runs.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any

from linodctl.domain import Run, SkipRow
from linodctl.store import decoding
from linodctl.store.columns import instant_or_none, text_of
from linodctl.store.rows import Edit, RunnerRow
from linodctl.values import Value

Ask = Callable[[str, Iterable[Any]], list[sqlite3.Row]]

_FEW = 100
"""So many of the latest runs before a moment are looked at; of those before them, the ones without an end."""


class Span(Value):
    """Two neighbours of a moment: the latest at or before it, the first after it."""

    before: datetime | None
    after: datetime | None


class Moments:
    """Asks the state file through `ask`; `Reader.moments` makes one. Every method may raise StateError."""

    def __init__(self, ask: Ask) -> None:
        self._ask = ask

    # --- slots ----------------------------------------------------------------------------------

    def run_slots(self, task: str, at: datetime) -> Span:
        """The slots next to `at` that have a run."""
        before = "SELECT max(slot) AS slot FROM runs WHERE task = ? AND slot <= ?"
        after = "SELECT min(slot) AS slot FROM runs WHERE task = ? AND slot > ?"
        return Span(*(instant_or_none(self._ask(sql, [task, text_of(at)])[0]["slot"]) for sql in (before, after)))

    def streak_before(self, task: str, at: datetime) -> SkipRow | None:
        """The streak of skips that covers `at`, else the latest before it."""
        following = self._streak("last_slot >= ? ORDER BY last_slot, skip_id", task, at)
        if following is not None and following.slot <= at:
            return following
        return self._streak("last_slot < ? ORDER BY last_slot DESC, skip_id DESC", task, at)

    def streak_after(self, task: str, at: datetime) -> SkipRow | None:
        """The first streak of skips that reaches beyond `at`."""
        return self._streak("last_slot > ? ORDER BY last_slot, skip_id", task, at)

    def attempts(self, task: str, slot: datetime) -> list[Run]:
        """The runs for this slot, in their order."""
        rows = self._ask("SELECT * FROM runs WHERE task = ? AND slot = ? ORDER BY attempt", [task, text_of(slot)])
        return [decoding.run_of(row) for row in rows]

    def oldest(self, task: str) -> datetime | None:
        """The first instant of which anything is on record."""
        first_run = self._ask("SELECT min(start_time) AS at FROM runs WHERE task = ?", [task])
        first_skip = self._ask("SELECT slot AS at FROM skips WHERE task = ? ORDER BY last_slot LIMIT 1", [task])
        instants = (instant_or_none(row["at"]) for row in (*first_run, *first_skip))
        return min((instant for instant in instants if instant is not None), default=None)

    # --- what went on ---------------------------------------------------------------------------

    def going_on(self, at: datetime, task: str | None = None) -> list[Run]:
        """Runs of the task, or of any, that had started and not ended at the instant `at`, oldest first."""
        of_task, names = ("", []) if task is None else ("AND task = ?", [task])
        when = text_of(at)
        still_open = f"SELECT * FROM runs INDEXED BY runs_open WHERE end_time IS NULL AND start_time <= ? {of_task}"
        recent = f"SELECT * FROM runs WHERE start_time <= ? {of_task} ORDER BY start_time DESC LIMIT {_FEW}"
        rows = [
            *self._ask(still_open, [when, *names]),
            *self._ask(f"SELECT * FROM ({recent}) WHERE end_time > ?", [when, *names, when]),
        ]
        return sorted((decoding.run_of(row) for row in rows), key=lambda run: (run.start_time, run.run_id))

    def failed_before(self, task: str, at: datetime) -> Run | None:
        """The latest run of the task that had failed by the instant `at`."""
        sql = (
            "SELECT * FROM runs WHERE task = ? AND outcome IN ('failed', 'timed_out') AND end_time <= ? "
            "ORDER BY start_time DESC LIMIT 1"
        )
        rows = self._ask(sql, [task, text_of(at)])
        return decoding.run_of(rows[0]) if rows else None

    def switched(self, task: str, at: datetime) -> Edit | None:
        """The latest time up to `at` that somebody enabled or disabled the task."""
        sql = (
            "SELECT * FROM edits WHERE task = ? AND at <= ? AND action IN ('enable', 'disable') "
            "ORDER BY at DESC, id DESC LIMIT 1"
        )
        rows = self._ask(sql, [task, text_of(at)])
        return decoding.edit_of(rows[0]) if rows else None

    def runners(self, at: datetime) -> tuple[RunnerRow | None, RunnerRow | None]:
        """The runner that was there at `at` or the last one before it, and the first one after that."""
        before = self._ask("SELECT * FROM runners WHERE started <= ? ORDER BY id DESC LIMIT 1", [text_of(at)])
        after = self._ask("SELECT * FROM runners WHERE started > ? ORDER BY id LIMIT 1", [text_of(at)])
        one, other = ([decoding.runner_of(row) for row in rows] for rows in (before, after))
        return (one[0] if one else None), (other[0] if other else None)

    def _streak(self, condition: str, task: str, at: datetime) -> SkipRow | None:
        rows = self._ask(f"SELECT * FROM skips WHERE task = ? AND {condition} LIMIT 1", [task, text_of(at)])
        return decoding.skip_of(rows[0]) if rows else None
