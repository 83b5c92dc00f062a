"""`linodctl disable`: set the disabled flag."""

from __future__ import annotations

from datetime import timedelta

import click

from linodctl.cli import common, kinds
from linodctl.cli.call import Call


@common.command()
@click.argument("names", metavar="NAME...", nargs=-1, required=True, type=kinds.TaskName())
@click.option("--reason", metavar="TEXT", help="Why; shown by list and status.")
@click.option("--for", "lasting", metavar="DURATION", type=kinds.Duration(), help="For so long ('2h').")
@click.option("--until", metavar="TIME", help="Until that time ('tomorrow 08:00', '2026-12-24T18:00').")
def command(
    call: Call, names: tuple[str, ...], reason: str | None, lasting: timedelta | None, until: str | None
) -> None:
    """Disable tasks, for good or for a while.

    NAME may be a glob ('mail_*') or tag:TAG. A disabled task is not started by its recurrence; trigger still runs it. A
    run that goes on is not stopped.

    \b
    Examples:
      linodctl disable checkdata --reason 'database is being moved' --for 2h
      linodctl disable tag:mail --until 'tomorrow 08:00'
    """
    from linodctl.operations.shapes import stamp
    from linodctl.operations.wishes import disable

    if lasting is not None and until is not None:
        raise click.UsageError("--for and --until say the same thing; give one of them")
    end = call.instant("--until", until, call.site.loaded.timezone)
    end = call.now() + lasting if lasting is not None else end
    tasks, _ = disable(call.site, names, reason=reason, until=end)
    if call.json:
        call.print_json([{"task": t.name, "disabled": True, "reason": reason, "until": stamp(end)} for t in tasks])
        return
    from linodctl.words import when

    for task in tasks:
        until_then = f" until {when(end, call.site.zone_of(task.name))}" if end else ""
        call.print_line(f"{task.name}: disabled{until_then}")
