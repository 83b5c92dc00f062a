"""`linodctl run`: the daemon."""

from __future__ import annotations

import gc
import sys
from datetime import timedelta

import click

from linodctl.cli import USUAL, common, kinds
from linodctl.cli.call import Call


@common.command()
@click.option("--once", is_flag=True, help="One pass: what is owed or requested; wait for it; exit 1 if a run failed.")
@click.option(
    "--for", "lasting", metavar="DURATION", type=kinds.Duration(), help="Stop by itself after so long ('8h')."
)
def command(call: Call, once: bool, lasting: timedelta | None) -> int:
    """Run the site in the foreground until it is stopped.

    Ctrl-C or SIGTERM: starts nothing more, waits for runs to end ('drain' in the config), then stops them; a second one
    stops them at once. SIGHUP reads the config again. Exits with 4 if another runner holds the site.

    \b
    Examples:
      linodctl run
      linodctl run -c /etc/mysite/linodctl.yaml -q
      linodctl run --once
    """
    if once and lasting is not None:
        raise click.UsageError("--once ends by itself; leave --for out")
    loaded = call.site.loaded = call.site.declaration.load_lean(meanwhile=_import_the_rest)
    from linodctl.operations.trust import doubts
    from linodctl.wiring import run_site

    for problem in (*loaded.warnings, *doubts(call.site, loaded)):
        if problem.severity == "warning":
            call.note(problem.text())
    gc.set_threshold(*USUAL)
    code = run_site(call.site, once=once, lasting=lasting, quiet=call.verbosity < 0, color=call.colored(sys.stderr))
    if call.json:
        call.print_json({"exit_code": code})
    return code


def _import_the_rest() -> None:
    from linodctl.wiring import import_for_run

    import_for_run()
