"""The table of runs and skips that `history` and `show` print."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING

from linodctl.cli.table import Table
from linodctl.domain import Run, SkipRow
from linodctl.paint import Part, dim
from linodctl.planning.status import retold
from linodctl.words import duration_of, how_many, outcome_of, when, why_of

if TYPE_CHECKING:
    from datetime import datetime

    from linodctl.operations.site import Site

COLUMNS = ("run", "when", "task", "outcome", "duration", "trigger", "why")


def history_table(site: Site, rows: Sequence[Run | SkipRow], now: datetime) -> Table:
    """One row per run or streak of skips; its times in its task's zone."""
    cells = [_run(site, row, now) if isinstance(row, Run) else _skip(site, row) for row in rows]
    return Table(COLUMNS, cells, frozenset({"run", "duration"}), empty="no runs and no skips")


def _run(site: Site, run: Run, now: datetime) -> list[Part]:
    trigger = run.trigger.value if run.attempt == 1 else f"{run.trigger.value} {run.attempt}"
    return [
        str(run.run_id),
        when(run.start_time, site.zone_of(run.task)),
        run.task,
        outcome_of(run),
        duration_of(run, now),
        trigger,
        retold(why_of(run), partial(when, zone=site.zone_of(run.task))),
    ]


def _skip(site: Site, skip: SkipRow) -> list[Part]:
    """Its place in the order is its last slot."""
    zone = site.zone_of(skip.task)
    detail = retold(skip.detail, partial(when, zone=zone))
    why = f"{skip.reason.value}: {detail}" if detail else skip.reason.value
    if skip.count > 1:
        why = f"{how_many(skip.count, 'slot')} since {when(skip.slot, zone)}, {why}"
    return ["", when(skip.last_slot, zone), skip.task, dim("skipped"), "", "", why]
