"""`linodctl cancel`: take a wish back."""

from __future__ import annotations

import click

from linodctl.cli import common, kinds
from linodctl.cli.call import Call
from linodctl.words import cancelled


@common.command()
@click.argument("target", metavar="NAME|RUN_ID", type=kinds.TaskName())
def command(call: Call, target: str) -> None:
    """Withdraw a request, or stop a run.

    By name (a glob and tag:TAG will do): the task's waiting requests, its runs and its waiting retries. By number: that
    run. A run is asked to stop, gets TERM after 5 s and KILL after its grace.

    \b
    Examples:
      linodctl cancel checkdata
      linodctl cancel 4711
    """
    from linodctl.operations.wishes import cancel
    from linodctl.values import asdict

    done, heard = cancel(call.site, target)
    if call.json:
        call.print_json([asdict(it) for it in done])
        return
    for it in done:
        for what in cancelled(it):
            call.print_line(f"{it.task}: {what}")
    if not heard.alive and any(it.run_ids for it in done):
        call.note("no runner is alive: whoever carries out the run will find the wish, or the next runner ends it")
