"""`linodctl top`: the live view."""

from __future__ import annotations

import os
import sys

import click

from linodctl.cli import common
from linodctl.cli.call import Call


@common.command()
def command(call: Call) -> int:
    """Show the site live in the terminal, with keys to act on it.

    Tasks, what runs and how far it is, what comes next and what failed of late; keys to trigger, cancel, enable and
    disable a task and to read its log. '?' in it tells all keys. Works without a runner, too, and says so. Needs the
    extra 'top'.

    \b
    Examples:
      linodctl top
      linodctl top -c conf/site.yaml
    """
    from linodctl import top
    from linodctl.errors import UsageError

    if call.json:
        raise click.UsageError("the live view has no JSON; 'linodctl status --json' and 'linodctl list --json' have")
    if not top.is_installed():
        raise UsageError(top.MISSING)
    if not _is_at_terminal():
        raise UsageError("the live view needs a terminal; 'linodctl status' and 'linodctl list' show the same once")
    return _run(call)


def _is_at_terminal() -> bool:
    """Whether keys can be read and the screen can be drawn on, which is done through stderr."""
    return all(stream.isatty() for stream in (sys.stdin, sys.stdout, sys.stderr)) and os.environ.get("TERM") != "dumb"


def _run(call: Call) -> int:
    from linodctl.operations.watching import Watch

    watch = Watch(call.site)
    watch.look()  # what keeps it from beginning at all is told as by other commands
    watch.close()

    from linodctl.top.app import TopApp

    color = call.colored()
    os.environ.pop("NO_COLOR", None)
    if not color:
        os.environ["NO_COLOR"] = "1"  # the only way to tell textual, which draws the scroll bar and the line one types
    app = TopApp(call.site, call.like, color=color)
    code = app.run(mouse=False)
    if app.mistake is not None:
        raise app.mistake
    return 1 if code is None else code
