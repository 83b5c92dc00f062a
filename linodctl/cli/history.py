"""`linodctl history`: what ran and what was skipped."""

from __future__ import annotations

import click

from linodctl.cli import common, kinds
from linodctl.cli.call import Call


@common.command()
@click.argument("names", metavar="[NAME]...", nargs=-1, type=kinds.TaskName())
@click.option("--outcome", type=kinds.OUTCOME, help="Only what ended so; 'skipped' are slots that were not run.")
@click.option("--since", metavar="TIME", help="Only what started at that time or later: '2h' (ago), 'today 06:00'.")
@click.option("-n", "limit", type=click.IntRange(min=1), default=20, show_default=True, help="At most so many.")
def command(call: Call, names: tuple[str, ...], outcome: str | None, since: str | None, limit: int) -> None:
    """Show what ran and what was skipped, newest first.

    NAME may be a glob ('mail_*') or tag:TAG; without one, all tasks.

    \b
    Examples:
      linodctl history
      linodctl history checkdata --since yesterday
      linodctl history --outcome failed -n 5
    """
    from linodctl.operations.past import history
    from linodctl.operations.shapes import history_shape

    start = call.instant("--since", since, call.site.loaded.timezone, past=True)
    rows = history(call.site, names, outcome=outcome, since=start, limit=limit)
    if call.json:
        call.print_json([history_shape(row) for row in rows])
        return
    from linodctl.cli.history_table import history_table

    call.print_table(history_table(call.site, rows, call.site.now()))
