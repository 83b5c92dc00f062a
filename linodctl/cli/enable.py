"""`linodctl enable`: clear the disabled flag."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from linodctl.cli import common, kinds
from linodctl.cli.call import Call

if TYPE_CHECKING:
    from linodctl.domain import Task


@common.command()
@click.argument("names", metavar="NAME...", nargs=-1, required=True, type=kinds.TaskName())
def command(call: Call, names: tuple[str, ...]) -> int:
    """Enable tasks that failures or somebody disabled.

    NAME may be a glob ('mail_*') or tag:TAG. What the config disables can only be enabled there: the line to change is
    named, and the exit code is 2.

    \b
    Examples:
      linodctl enable checkdata
      linodctl enable 'mail_*' tag:nightly
    """
    from linodctl.config import ConfigError
    from linodctl.operations.remedy import still_disabled
    from linodctl.operations.wishes import enable

    tasks, _ = enable(call.site, names)
    still = [task for task in tasks if task.disabled is not None]
    if call.json:
        call.print_json([_shape(task) for task in tasks])
    else:
        for task in tasks:
            if task.disabled is None:
                call.print_line(f"{task.name}: enabled")
    for task in still:
        call.warn(f"{task.name}: {still_disabled(call.site, task, call.like)}")
    return ConfigError.exit_code if still else 0


def _shape(task: Task) -> dict[str, object]:
    return {"task": task.name, "disabled": task.disabled is not None, "disabled_reason": task.disabled}
