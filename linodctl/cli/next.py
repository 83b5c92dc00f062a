"""`linodctl next`: slots to come."""

from __future__ import annotations

import os
from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING

import click

from linodctl.cli import common, kinds
from linodctl.cli.call import Call

if TYPE_CHECKING:
    from linodctl.operations.upcoming import Upcoming


@common.command()
@click.argument("names", metavar="[NAME]...", nargs=-1, type=kinds.TaskName())
@click.option("--every", metavar="PHRASE", help="Of a phrase: 'day at 10:30', '5 minutes', 'monday at 08:00'.")
@click.option("--cron", metavar="EXPRESSION", help="Of a cron expression: '0 22 * * 1-5'.")
@click.option("--rrule", metavar="RULE", help="Of an RFC 5545 rule: 'FREQ=MONTHLY;BYDAY=-1FR'.")
@click.option("--timezone", metavar="ZONE", help="The zone of the rule; default: the site's, or the machine's.")
@click.option("-n", "limit", type=click.IntRange(min=1), default=10, show_default=True, help="At most so many.")
@click.option("--after", metavar="TIME", help="Only later slots; default: now.")
@click.option("--until", metavar="TIME", help="No later slots.")
def command(
    call: Call,
    names: tuple[str, ...],
    every: str | None,
    cron: str | None,
    rrule: str | None,
    timezone: str | None,
    limit: int,
    after: str | None,
    until: str | None,
) -> None:
    """Show the slots to come, of tasks or of a rule you type.

    NAME may be a glob ('mail_*') or tag:TAG; without one, all tasks that are enabled. A rule that you type needs no
    config.

    \b
    Examples:
      linodctl next
      linodctl next checkdata -n 3 --after 'tomorrow 00:00'
      linodctl next --every 'last friday of the month' --timezone Europe/Tallinn
    """
    rules = {key: said for key, said in (("every", every), ("cron", cron), ("rrule", rrule)) if said is not None}
    if len(rules) > 1 or (rules and names):
        raise click.UsageError("give names of tasks, or one of --every, --cron and --rrule")
    if timezone is not None and not rules:
        raise click.UsageError("--timezone belongs to --every, --cron or --rrule; tasks have zones of their own")
    zone = _known(timezone) if timezone is not None else _zone(call, bool(rules))
    start, end = call.instant("--after", after, zone), call.instant("--until", until, zone)
    if rules:
        found = _of_rule(rules, zone, start or call.now(), end, limit)
    else:
        from linodctl.operations.upcoming import next_slots

        found = next_slots(call.site, names, after=start, until=end, limit=limit)
    _print(call, found)


def _of_rule(rules: dict[str, str], zone: str, after: datetime, until: datetime | None, limit: int) -> list[Upcoming]:
    from linodctl.operations.upcoming import rule_slots
    from linodctl.recurrence import parse_recurrence

    return rule_slots(parse_recurrence(rules, name="", zone=zone), after=after, until=until, limit=limit)


def _zone(call: Call, for_rule: bool) -> str:
    """The site's zone; for a rule the machine's will do where there is no site."""
    from linodctl.config import ConfigError, find_config
    from linodctl.config.machine import machine_zone

    if for_rule and not call.config:
        try:
            find_config((), os.environ)
        except ConfigError:
            return machine_zone(os.environ)
    return call.site.loaded.timezone


def _known(zone: str) -> str:
    from linodctl.recurrence.modifiers import read_zone

    try:
        return read_zone(zone)
    except ValueError as error:
        raise click.UsageError(str(error)) from None


def _print(call: Call, found: Sequence[Upcoming]) -> None:
    from linodctl.operations.shapes import upcoming_shape

    if call.json:
        call.print_json([upcoming_shape(slot) for slot in found])
        return
    from linodctl.cli.slot_table import slot_table

    call.print_table(slot_table(found, call.now()))
