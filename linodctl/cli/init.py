"""`linodctl init`: something to begin with."""

from __future__ import annotations

from pathlib import Path

import click

from linodctl.cli import common
from linodctl.cli.call import Call


@common.command()
@click.argument("folder", metavar="[DIR]", default=".", type=click.Path(file_okay=False, path_type=Path))
def command(call: Call, folder: Path) -> None:
    """Write a commented config and example procedures.

    Into DIR, or the current folder. They run as they are; nothing that exists is overwritten.

    \b
    Examples:
      linodctl init demo
      cd demo && linodctl run
    """
    from linodctl.operations.starter import init

    written = init(folder)
    if call.json:
        call.print_json({"files": [str(path) for path in written]})
        return
    for path in written:
        call.print_line(f"wrote {path}")
    go_there = "" if folder == Path() else f"cd {folder} && "
    call.note(f"try '{go_there}linodctl run', and 'linodctl list' in another terminal")
