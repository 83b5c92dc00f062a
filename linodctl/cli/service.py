"""`linodctl service install`: have systemd run the site."""

from __future__ import annotations

import click

from linodctl.cli import common
from linodctl.cli.call import Call
from linodctl.paint import dim


@common.command()
@click.argument("what", metavar="install", type=click.Choice(["install"]))
@click.option("--user", "for_user", is_flag=True, help="A service of your own, without root.")
@click.option("--print", "only_print", is_flag=True, help="Print the unit, write nothing.")
@click.option("--run-as", metavar="USER", help="Who runs it; else the owner of the state file.")
@click.option("--name", metavar="NAME", help="The unit's name; else 'linodctl-SITE'.")
@click.option("--force", is_flag=True, help="Overwrite a unit that somebody else wrote or edited.")
def command(
    call: Call, what: str, for_user: bool, only_print: bool, run_as: str | None, name: str | None, force: bool
) -> None:
    """Make the site a service of systemd.

    Writes a hardened unit that runs the site with this interpreter and this config, restarts it if it fails or hangs,
    and gives it the time it needs to stop. Says what it changed and what to type next. Install again after an update,
    or when 'drain' or a path has changed: a unit that is as it should be is left alone.

    \b
    Examples:
      linodctl service install --print
      sudo linodctl service install -c /etc/mysite/linodctl.yaml
      linodctl service install --user
    """
    from linodctl.operations.service import Wish, install, plan
    from linodctl.operations.shapes import unit_shape

    wish = Wish(call.config, for_user, run_as, name, force)
    unit = plan(call.site, wish) if only_print else install(call.site, wish)
    if call.json:
        call.print_json(unit_shape(unit))
        return
    call.warn_all(f"note: {note}" for note in unit.notes)
    if only_print:
        call.print_text(unit.text.rstrip("\n"))
        return
    call.print_line(f"{unit.path}: {'as it should be' if unit.change == 'unchanged' else unit.change}")
    for line in unit.difference:
        call.print_line(dim(f"  {line}"))
    call.print_line("next:")
    for line in unit.commands:
        call.print_line(f"  {line}")
