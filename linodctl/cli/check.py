"""`linodctl check`: every problem at once, and what a change of the config would do."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from linodctl.cli import common
from linodctl.cli.call import Call
from linodctl.words import how_many

if TYPE_CHECKING:
    from collections.abc import Sequence

    from linodctl.config import Problem


@common.command()
@click.option("--no-imports", is_flag=True, help="Look at the config only, not at the code that it names.")
@click.option(
    "--against",
    metavar="PATH",
    multiple=True,
    type=click.Path(),
    help="Another config: tell which slots it would add and remove. May be repeated, as -c.",
)
@click.option(
    "--days",
    type=click.IntRange(1, 3660),
    default=14,
    show_default=True,
    help="How far --against looks, from now.",
)
def command(call: Call, no_imports: bool, against: tuple[str, ...], days: int) -> int:
    """Find every problem of the config and of the code it names.

    One line each, with file, line and column. The code is imported in a process of its own. Exits with 2 if there are
    problems; warnings are none. Warns of wall times that a clock change will skip or double within two years, and of
    intervals that are shorter than the runs usually are.

    With --against, both configs are checked; then it tells, task by task, which slots the other one would add and
    remove if the runner went on with it now. As JSON: {"from", "until", "problems", "tasks": [{"task", "change",
    "before", "after", "slots_before", "slots_after", "added", "removed", "first_added", "first_removed", "timezone"}]};
    "change" is added, removed, changed or same, "before" and "after" are the rules, and numbers are null where there
    are too many slots to be compared one by one.

    \b
    Examples:
      linodctl check
      linodctl check -c conf.d --no-imports
      linodctl check --against new.yaml --days 30
    """
    if against:
        return _against(call, against, days, imports=not no_imports)
    from linodctl.operations.checks import check

    problems = check(call.site, imports=not no_imports)
    if call.json:
        call.print_json([problem.to_json() for problem in problems])
    else:
        _print_problems(call, problems)
    return _code(problems)


def _against(call: Call, paths: Sequence[str], days: int, *, imports: bool) -> int:
    from linodctl.operations.against import check_against, comparison_shape

    found = check_against(call.site, paths, days=days, imports=imports)
    if call.json:
        call.print_json(comparison_shape(found))
    else:
        from linodctl.cli.against_page import print_comparison

        _print_problems(call, found.problems)
        print_comparison(call, found)
    return _code(found.problems)


def _print_problems(call: Call, problems: Sequence[Problem]) -> None:
    for problem in problems:
        call.print_line(problem.text())
    errors = sum(problem.severity == "error" for problem in problems)
    call.note(f"{how_many(errors, 'problem')}, {how_many(len(problems) - errors, 'warning')}")


def _code(problems: Sequence[Problem]) -> int:
    from linodctl.config import ConfigError

    return ConfigError.exit_code if any(problem.severity == "error" for problem in problems) else 0
