"""`linodctl stop`: end the runner."""

from __future__ import annotations

from linodctl.cli import common
from linodctl.cli.call import Call


@common.command()
def command(call: Call) -> None:
    """Ask the runner to finish its runs and exit.

    It starts nothing more, gives its runs the time that the config's 'drain' says, and then stops them. Asking twice
    stops them at once. Exits with 4 if no runner is alive.

    \b
    Examples:
      linodctl stop
    """
    from linodctl.config.durations import format_duration
    from linodctl.operations.wishes import stop

    stop(call.site)
    if call.json:
        call.print_json({"asked": "stop"})
    else:
        drain = format_duration(call.site.loaded.drain)
        call.print_line(f"the runner was asked to stop; it waits up to {drain} for its runs")
