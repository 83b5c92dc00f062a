"""Runs and skips as one list, newest first, at the same price for a thousand rows and for a million.

Each kind of row that was asked for is a cursor on an index that already has the right order; the cursors are merged
and read only as far as the limit.
"""

from __future__ import annotations

import heapq
import sqlite3
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from itertools import islice
from typing import Any

from linodctl.domain import Outcome, Run, SkipRow
from linodctl.store.columns import text_of
from linodctl.store.decoding import run_of, skip_of

Each = Callable[[str, Iterable[Any]], Iterator[sqlite3.Row]]
"""Runs a query and yields its rows one by one, as they are asked for."""

Query = tuple[str, list[Any]]


def merged(
    each: Each,
    names: Iterable[str] | None,
    outcomes: Iterable[str] | None,
    since: datetime | None,
    until: datetime | None,
    limit: int | None,
) -> list[Run | SkipRow]:
    """`Reader.history`. A run's place is its start, a skip's is its last slot."""
    wanted = None if outcomes is None else [str(outcome) for outcome in dict.fromkeys(outcomes)]
    streams: list[Iterator[sqlite3.Row]] = []
    for name in [None] if names is None else dict.fromkeys(names):
        streams += [each(*query) for query in runs_queries(name, wanted, since, until)]
        if wanted is None or Outcome.SKIPPED in wanted:
            streams.append(each(*skips_query(name, since, until)))
    newest_first = heapq.merge(*streams, key=_place, reverse=True)
    return [_value(row) for row in islice(newest_first, limit)]


def runs_queries(
    name: str | None, outcomes: list[str] | None, since: datetime | None, until: datetime | None
) -> list[Query]:
    """One query for all outcomes, or one for each that was asked for."""
    if outcomes is None:
        return [_query("runs", "start_time", "run_id", [], name, since, until)]
    return [_query("runs", "start_time", "run_id", _ended_with(word), name, since, until) for word in outcomes]


def skips_query(name: str | None, since: datetime | None, until: datetime | None) -> Query:
    return _query("skips", "last_slot", "skip_id", [], name, since, until)


Term = tuple[str, list[Any]]
"""A condition and its parameters."""


def _ended_with(outcome: str) -> list[Term]:
    terms: list[Term] = [("outcome = ?", [outcome])]
    if outcome != Outcome.SUCCEEDED:
        terms.append(("outcome <> 'succeeded'", []))  # lets SQLite use the partial index of what is unusual
    return terms


def _query(
    table: str,
    place: str,
    key: str,
    terms: list[Term],
    name: str | None,
    since: datetime | None,
    until: datetime | None,
) -> Query:
    if name is not None:
        terms = [("task = ?", [name]), *terms]
    if since is not None:
        terms = [*terms, (f"{place} >= ?", [text_of(since)])]
    if until is not None:
        terms = [*terms, (f"{place} < ?", [text_of(until)])]
    where = f"WHERE {' AND '.join(term for term, _ in terms)}" if terms else ""
    parameters = [value for _, values in terms for value in values]
    return f"SELECT {place} AS place, * FROM {table} {where} ORDER BY {place} DESC, {key} DESC", parameters


def _place(row: sqlite3.Row) -> str:
    """By text, as SQLite has sorted it; a row without one is damaged, and reading it will say so."""
    return str(row["place"])


def _value(row: sqlite3.Row) -> Run | SkipRow:
    return run_of(row) if "run_id" in row.keys() else skip_of(row)  # noqa: SIM118 - a Row has no `in`
