"""`linodctl reset`: as if never run."""

from __future__ import annotations

import click

from linodctl.cli import common, kinds
from linodctl.cli.call import Call


@common.command()
@click.argument("names", metavar="NAME...", nargs=-1, required=True, type=kinds.TaskName())
def command(call: Call, names: tuple[str, ...]) -> None:
    """Forget a task's last start, end and anchor.

    As if it had never been run: its interval's grid begins anew. Its history, its disabled flag and its memory stay.
    NAME may be a glob ('mail_*') or tag:TAG.

    \b
    Examples:
      linodctl reset checkdata
      linodctl reset 'mail_*'
    """
    from linodctl.operations.wishes import reset

    tasks, _ = reset(call.site, names)
    if call.json:
        call.print_json([{"task": task.name} for task in tasks])
        return
    for task in tasks:
        call.print_line(f"{task.name}: reset, as if never run")
