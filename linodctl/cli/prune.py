"""`linodctl prune`: apply the history limits now."""

from __future__ import annotations

import click

from linodctl.cli import common
from linodctl.cli.call import Call


@common.command()
@click.option("--dry-run", is_flag=True, help="Only say what would be deleted.")
def command(call: Call, dry_run: bool) -> None:
    """Delete history that is beyond the limits.

    The limits are 'history: {keep, for}' in the config. The runner does this every hour by itself.

    \b
    Examples:
      linodctl prune --dry-run
      linodctl prune
    """
    from linodctl.operations.pruning import prune

    counts = prune(call.site, dry_run=dry_run)
    if call.json:
        call.print_json({"dry_run": dry_run, "deleted": counts})
        return
    done = "would be deleted" if dry_run else "deleted"
    for table, count in counts.items():
        if count:
            call.print_line(f"{table}: {count} {done}")
    if not any(counts.values()):
        call.print_line("nothing is beyond the limits")
