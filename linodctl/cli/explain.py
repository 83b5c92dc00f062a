"""`linodctl explain`: why a task did or didn't run."""

from __future__ import annotations

import click

from linodctl.cli import common, kinds
from linodctl.cli.call import Call
from linodctl.paint import Painted, strong

STYLES = {
    "ran": "good",
    "running": "busy",
    "waiting": "busy",
    "skipped": "warn",
    "not_due": "dim",
    "unknown_task_then": "dim",
}


@common.command()
@click.argument("name", type=kinds.TaskName())
@click.option("--at", metavar="TIME", help="Why it did or didn't run then, or whether it will; default: now.")
def command(call: Call, name: str, at: str | None) -> None:
    """Tell why a task did or didn't run, or isn't running now.

    Names the slot next to that time, what was decided and why, what was in the way, and what comes next. A time without
    offset is one of the task's zone.

    \b
    Examples:
      linodctl explain checkdata
      linodctl explain checkdata --at 'yesterday 02:30'
      linodctl explain checkdata --at 2026-03-29T02:30 --json | jq -r .verdict
    """
    from linodctl.operations.explain import explain_task, subject
    from linodctl.operations.explain.shape import answer_shape

    task = subject(call.site, name)
    zone = call.site.zone_of(task.name)
    answer = explain_task(call.site, task, call.instant("--at", at, zone.key))
    if call.json:
        call.print_json(answer_shape(answer, zone))
        return
    verdict = Painted(answer.verdict.value.replace("_", " "), STYLES[answer.verdict.value])
    call.print_line(strong(answer.task), ": ", verdict)
    for sentence in answer.sentences:
        call.print_line("  ", sentence)
