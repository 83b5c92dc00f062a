"""`linodctl set`: override options at run time."""

from __future__ import annotations

import click

from linodctl.cli import common, kinds
from linodctl.cli.call import Call


@common.command()
@click.argument("name", type=kinds.TaskName())
@click.argument("settings", metavar="OPTION=VALUE...", nargs=-1, required=True, type=kinds.Setting())
def command(call: Call, name: str, settings: tuple[str, ...]) -> None:
    """Override options of a task at run time.

    The values are read as in the config, checked like it, and kept in the state file until 'unset'. One option of a
    recurrence replaces the whole recurrence. 'show' tells who set what and when.

    \b
    Examples:
      linodctl set checkdata log_level=DEBUG
      linodctl set checkdata every='day at 02:30' timeout=10m
      linodctl set checkdata retries='{attempts: 3, delay: 10s}'
    """
    from linodctl.masking import known
    from linodctl.operations.settings import set_options
    from linodctl.operations.typed import pairs

    options = pairs(settings, "log_level=DEBUG")
    task, _ = set_options(call.site, name, options)
    options = known.value(options)
    if call.json:
        call.print_json([{"task": task.name, "option": option, "value": value} for option, value in options.items()])
        return
    for option, value in options.items():
        call.print_line(f"{task.name}: {option} set to {value}")
