"""`linodctl list`: what there is."""

from __future__ import annotations

import click

from linodctl.cli import common
from linodctl.cli.call import Call
from linodctl.cli.table import Table


@common.command()
@click.argument("what", type=click.Choice(["tasks", "procedures", "log-levels"]), default="tasks")
def command(call: Call, what: str) -> None:
    """List the tasks, the procedures or the log levels.

    Without an argument: the tasks, with their status, last run, and a mark for each of the last runs, oldest first:
    ✓ succeeded, ! warned, ✗ failed, T timed out, - cancelled, ? lost, · skipped. What takes far longer than usual, or
    hardly ends before its next slot, is told in the status.

    \b
    Examples:
      linodctl list
      linodctl list procedures
      linodctl list --json | jq -r '.[] | select(.disabled) | .name'
    """
    {"tasks": _tasks, "procedures": _procedures, "log-levels": _log_levels}[what](call)


def _tasks(call: Call) -> None:
    from linodctl.operations.lists import tasks

    lines = tasks(call.site)
    if call.json:
        from linodctl.operations.shapes import task_shape

        call.print_json([task_shape(line) for line in lines])
        return
    from linodctl.cli.task_table import task_table

    call.print_table(task_table(call.site, lines))
    if call.on_terminal:
        _say_whether_alive(call)
    _say_what_is_not_known_yet(call)


def _say_whether_alive(call: Call) -> None:
    """Without a runner nothing of what the table promises will happen."""
    from linodctl.operations.status import is_alive

    if not is_alive(call.site):
        call.note(f"no runner is alive; start one with '{call.like('run')}'")


def _say_what_is_not_known_yet(call: Call) -> None:
    """`list` imports nothing: what `discover` names is known once a runner has looked."""
    modules = ", ".join(call.site.loaded.discover)
    if not modules:
        return
    from linodctl.operations.status import has_had_runner

    if not has_had_runner(call.site):
        call.note(f"decorated functions of {modules} are not among them yet: the first runner finds them")


def _procedures(call: Call) -> None:
    from linodctl.operations.shapes import procedure_shape

    shapes = [procedure_shape(procedure) for procedure in call.site.loaded.procedures]
    if call.json:
        call.print_json(shapes)
        return
    columns = {"name": "procedure", "func": "function", "recurrence": "recurrence", "log_level": "log level"}
    rows = [[*(shape[key] for key in columns), shape["description"]] for shape in shapes]
    call.print_table(Table([*columns.values(), "description"], rows, empty="no procedures"))
    _say_what_is_not_known_yet(call)


def _log_levels(call: Call) -> None:
    from linodctl.domain import LogLevel
    from linodctl.operations.shapes import level_shape

    shapes = [level_shape(level) for level in LogLevel]
    if call.json:
        call.print_json(shapes)
        return
    rows = [[shape["value"], str(shape["number"]), shape["use"]] for shape in shapes]
    call.print_table(Table(["level", "number", "when to choose it"], rows, frozenset({"number"})))
