"""`linodctl status`: is all well?"""

from __future__ import annotations

from linodctl.cli import common
from linodctl.cli.call import Call
from linodctl.errors import NoRunner


@common.command()
def command(call: Call) -> int:
    """Show whether the runner is alive, and what needs a look.

    What runs, what was requested, what is late, what is disabled and why. Exits with 4 if no runner is alive.

    \b
    Examples:
      linodctl status
      linodctl status --json | jq '.late[].name'
      linodctl status -q > /dev/null || systemctl restart mysite
    """
    from linodctl.operations.shapes import status_shape
    from linodctl.operations.status import status

    found = status(call.site)
    if call.json:
        call.print_json(status_shape(found))
    else:
        from linodctl.cli.status_page import StatusPage

        StatusPage(call, found).print()
    return 0 if found.alive else NoRunner.exit_code
