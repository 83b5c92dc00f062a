"""`linodctl reload`: the config has changed."""

from __future__ import annotations

from linodctl.cli import common
from linodctl.cli.call import Call


@common.command()
def command(call: Call) -> None:
    """Ask the runner to read its config again.

    The config is checked first: if it has problems, they are shown and the runner isn't asked. Runs that go on are not
    disturbed, and no slot is lost. Exits with 4 if no runner is alive.

    \b
    Examples:
      linodctl reload
      linodctl check && linodctl reload
    """
    from linodctl.operations.wishes import reload

    reload(call.site)
    if call.json:
        call.print_json({"asked": "reload"})
    else:
        call.print_line("the runner was asked to read its config again; 'linodctl status' shows how that went")
