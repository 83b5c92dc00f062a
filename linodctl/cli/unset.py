"""`linodctl unset`: take overrides back."""

from __future__ import annotations

import click

from linodctl.cli import common, kinds
from linodctl.cli.call import Call


@common.command()
@click.argument("name", type=kinds.TaskName())
@click.argument("options", metavar="[OPTION]...", nargs=-1, type=kinds.Setting(suffix=""))
def command(call: Call, name: str, options: tuple[str, ...]) -> None:
    """Take back options that were set at run time.

    NAME may be a glob ('mail_*') or tag:TAG. Without an OPTION: all that were set. What the config says is in force
    again.

    \b
    Examples:
      linodctl unset checkdata log_level
      linodctl unset checkdata
    """
    from linodctl.operations.settings import unset_options

    gone, _ = unset_options(call.site, name, options)
    done = [(task, option) for task, taken in gone.items() for option in taken]
    if call.json:
        call.print_json([{"task": task, "option": option} for task, option in done])
        return
    for task, option in done:
        call.print_line(f"{task}: {option} is as the config says again")
