"""`linodctl check`: every problem at once."""

from __future__ import annotations

import click

from linodctl.cli import common
from linodctl.cli.call import Call
from linodctl.cli.words import how_many

PROBLEMS = 2


@common.command()
@click.option("--no-imports", is_flag=True, help="Look at the config only, not at the code that it names.")
def command(call: Call, no_imports: bool) -> int:
    """Find every problem of the config and of the code it names.

    One line each, with file, line and column. The code is imported in a process of its own. Exits with 2 if there are
    problems; warnings are none.

    \b
    Examples:
      linodctl check
      linodctl check -c conf.d --no-imports
    """
    from linodctl.operations.checks import check

    problems = check(call.site, imports=not no_imports)
    errors = sum(problem.severity == "error" for problem in problems)
    if call.json:
        call.print_json([problem.to_json() for problem in problems])
    else:
        for problem in problems:
            call.print_line(problem.text())
        warnings = len(problems) - errors
        call.note(f"{how_many(errors, 'problem')}, {how_many(warnings, 'warning')}")
    return PROBLEMS if errors else 0
