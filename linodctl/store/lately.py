"""How the latest runs of each task ended, as a few characters per task that a trigger keeps up to date.

Reading them from the runs costs a step through an index for every run: for ten thousand tasks that is half of what
`list` takes. The statements belong to a migration: once it is released, a change is another migration.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Collection

from linodctl.domain import Lately, Outcome
from linodctl.store.errors import DamagedRow

KEPT = 15
"""So many runs of each task."""
_WIDTH = 12
"""Characters of each: a digit for the outcome, then the seconds, `0000061.250`."""

_BY_DIGIT = {str(number): outcome for number, outcome in enumerate(Outcome)}
_DIGIT = " ".join(f"WHEN '{outcome.value}' THEN {digit}" for digit, outcome in _BY_DIGIT.items())
_SECONDS = "(julianday({row}end_time) - julianday({row}start_time)) * 86400"
_WRITTEN = f"CASE WHEN {_SECONDS} IS NOT NULL THEN printf('%011.3f', min(max({_SECONDS}, 0), 9999999)) END"
_RUN = f"(CASE {{row}}outcome {_DIGIT} END || {_WRITTEN})"
"""NULL for what is no outcome or no instant."""
_NEW, _OLD = _RUN.format(row="new."), _RUN.format(row="")

# SQLite puts together in the order in which the inner query yields.
STATEMENTS = (
    "CREATE TABLE lately (task TEXT PRIMARY KEY, runs TEXT NOT NULL) WITHOUT ROWID",
    f"""
    INSERT INTO lately SELECT name, runs FROM (
        SELECT name, (
            SELECT group_concat(run, '') FROM (
                SELECT {_OLD} AS run FROM runs WHERE task = tasks.name AND end_time IS NOT NULL
                ORDER BY start_time DESC, run_id DESC LIMIT {KEPT}
            )
        ) AS runs
        FROM tasks
    ) WHERE runs IS NOT NULL
    """,
    f"""
    CREATE TRIGGER ended_lately AFTER UPDATE OF end_time ON runs
    WHEN old.end_time IS NULL AND {_NEW} IS NOT NULL
    BEGIN
        INSERT INTO lately VALUES (new.task, {_NEW})
        ON CONFLICT (task) DO UPDATE SET runs = substr(excluded.runs || runs, 1, {KEPT * _WIDTH});
    END
    """,
)


def query(names: Collection[str] | None) -> tuple[str, list[str]]:
    """The statement and its parameters, for these tasks or for all; each row is for `read`."""
    if names is None:
        return "SELECT * FROM lately", []
    return f"SELECT * FROM lately WHERE task IN ({', '.join('?' * len(names))})", list(names)


def read(row: sqlite3.Row) -> Lately:
    """What a row says. DamagedRow for what no linodctl has written."""
    text = row["runs"]
    try:
        starts = range(0, len(text), _WIDTH)
        outcomes = tuple([_BY_DIGIT[text[start]] for start in starts])
        return Lately(outcomes, tuple([float(text[start + 1 : start + _WIDTH]) for start in starts]))
    except (ValueError, TypeError, LookupError) as error:
        raise DamagedRow("lately", row["task"], error) from error
