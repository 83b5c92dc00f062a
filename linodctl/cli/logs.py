"""`linodctl logs`: what runs logged and printed."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

import click

from linodctl.cli import common, kinds
from linodctl.cli.call import Call
from linodctl.cli.log_lines import LogLines

if TYPE_CHECKING:
    from linodctl.store.reading import LogRow


@common.command()
@click.argument("target", metavar="[NAME|RUN_ID]", required=False, type=kinds.TaskName())
@click.option("-f", "--follow", is_flag=True, help="Go on with new lines as they come; a run's log ends with the run.")
@click.option("--level", type=kinds.LOG_LEVEL, help="Only lines of this level or above.")
@click.option("-n", "limit", type=click.IntRange(min=0), default=100, show_default=True, help="The last so many lines.")
def command(call: Call, target: str | None, follow: bool, level: str | None, limit: int) -> None:
    """Show the captured log of runs.

    Of one run, of a task (NAME may be a glob or tag:TAG), or of all.

    \b
    Examples:
      linodctl logs checkdata
      linodctl logs 4711
      linodctl logs -f --level WARNING
    """
    number = _number(level)
    if follow:
        from linodctl.operations.follow import follow_logs

        if call.json:
            raise click.UsageError("--json prints one document, and -f never ends; leave one of them out")
        _print(call, follow_logs(call.site, target, level=number, last=limit))
        return
    from linodctl.operations.past import logs

    rows = logs(call.site, target, level=number, last=limit)
    if call.json:
        from linodctl.operations.shapes import log_shape

        call.print_json([log_shape(row) for row in rows])
        return
    _print(call, rows)


def _print(call: Call, rows: Iterable[LogRow]) -> None:
    lines, row = LogLines(call), None
    for row in rows:
        lines.print(row)
    if row is None:
        call.note("no log lines")


def _number(level: str | None) -> int | None:
    from linodctl.domain import LogLevel

    return None if level is None else LogLevel(level).number
