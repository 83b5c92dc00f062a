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

    NAME may be a glob ('mail_*') or tag:TAG; if one of the tasks can't have these options, none gets them.

    The values are read as in the config, checked like it, and kept in the state file until 'unset'. One option of a
    recurrence replaces the whole recurrence. 'show' tells who set what and when.

    \b
    Examples:
      linodctl set checkdata log_level=DEBUG
      linodctl set checkdata every='day at 02:30' timeout=10m
      linodctl set 'mail_*' timeout=10m
      linodctl set checkdata retries='{attempts: 3, delay: 10s}'
    """
    from linodctl.masking import known
    from linodctl.operations.code import check_arguments
    from linodctl.operations.settings import set_options
    from linodctl.operations.typed import pairs
    from linodctl.words import shown

    options = pairs(settings, "log_level=DEBUG")
    check_arguments(call.site, [name], options.get("args"), alone=True)
    tasks, _ = set_options(call.site, name, options)
    options = known.value(options)
    done = [
        {"task": task.name, "option": option, "value": value} for task in tasks for option, value in options.items()
    ]
    if call.json:
        call.print_json(done)
        return
    for one in done:
        call.print_line(f"{one['task']}: {one['option']} set to {shown(one['value'])}")
