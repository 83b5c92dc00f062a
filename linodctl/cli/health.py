"""`linodctl health`: for those who ask every few seconds and read nothing but the exit code."""

from __future__ import annotations

from datetime import timedelta

import click

from linodctl.cli import common, kinds
from linodctl.cli.call import Call
from linodctl.errors import NoRunner
from linodctl.paint import bad, good


@common.command()
@click.option(
    "--late", metavar="DURATION", type=kinds.Duration(), help="Not healthy either if a task is later than that ('5m')."
)
def command(call: Call, late: timedelta | None) -> int:
    """Exit with 0 if the runner is well, else say why and exit with 4.

    For the health checks of containers and monitors. Not well: no runner is alive, it is only starting, it gave no sign
    of life for 90 s, or something around it is wrong, such as a state file that can't be written. With --late also: a
    task's start has waited for longer than that, for whatever reason.

    \b
    Examples:
      linodctl health
      linodctl health --late 5m -q
    """
    from linodctl.operations.health import health
    from linodctl.operations.shapes import health_shape

    found = health(call.site, late)
    if call.json:
        call.print_json(health_shape(found))
    elif found.is_well:
        if call.verbosity >= 0:
            call.print_line(good("healthy: "), found.text)
    else:
        call.print_line(bad("not healthy: "), found.text)
    return 0 if found.is_well else NoRunner.exit_code
