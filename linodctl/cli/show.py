"""`linodctl show`: one task in full."""

from __future__ import annotations

import click

from linodctl.cli import common, kinds
from linodctl.cli.call import Call


@common.command()
@click.argument("name", type=kinds.TaskName())
def command(call: Call, name: str) -> None:
    """Show one task in full.

    Where each of its options comes from, its state, its last runs and next slots; and if it is disabled: why, and what
    to type to enable it.

    \b
    Examples:
      linodctl show checkdata
      linodctl show checkdata --json | jq '.options[] | select(.source != "default")'
    """
    from linodctl.operations.shapes import show_shape
    from linodctl.operations.show import show

    full = show(call.site, name)
    if call.json:
        call.print_json(show_shape(full))
        return
    from linodctl.cli.task_page import TaskPage

    TaskPage(call, full).print()
