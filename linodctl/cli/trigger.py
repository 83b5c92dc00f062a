"""`linodctl trigger`: run now."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from linodctl.cli import common, kinds
from linodctl.cli.call import Call

if TYPE_CHECKING:
    from linodctl.domain import Request
    from linodctl.operations.wishes import Heard


@common.command()
@click.argument("names", metavar="NAME...", nargs=-1, required=True, type=kinds.TaskName())
@click.option("--arg", "words", metavar="K=V", multiple=True, help="An argument, read as YAML; may be repeated.")
@click.option("--log-level", type=kinds.LOG_LEVEL, help="For this run only.")
@click.option("--as-of", metavar="TIME", help="Tell the run that it is for that time ('yesterday 06:00').")
@click.option("--wait", is_flag=True, help="Follow the log until the run has ended; exit by its outcome.")
@click.option("--here", is_flag=True, help="Run it in this process tree, without the runner; exit by its outcome.")
def command(
    call: Call,
    names: tuple[str, ...],
    words: tuple[str, ...],
    log_level: str | None,
    as_of: str | None,
    wait: bool,
    here: bool,
) -> int:
    """Run tasks as soon as possible.

    NAME may be a glob ('mail_*') or tag:TAG. Without --here the request goes to the runner; without a runner it waits
    for one. Exits with 1 if a run that was waited for did not succeed.

    \b
    Examples:
      linodctl trigger checkdata
      linodctl trigger checkdata --wait --arg deep=true --log-level DEBUG
      linodctl trigger report --as-of 2026-01-31 --here
    """
    from linodctl.domain import LogLevel
    from linodctl.operations.code import check_arguments
    from linodctl.operations.typed import pairs

    asked: dict[str, Any] = {
        "args": pairs(words, "--arg deep=true"),
        "log_level": LogLevel(log_level) if log_level else None,
        "as_of": call.instant("--as-of", as_of, call.site.loaded.timezone),
    }
    check_arguments(call.site, names, asked["args"])
    if here:
        from linodctl.cli.trigger_here import trigger_here

        return trigger_here(call, names, asked)
    if wait:
        from linodctl.cli.trigger_wait import trigger_wait

        return trigger_wait(call, names, asked)
    from linodctl.operations.wishes import trigger

    _tell(call, *trigger(call.site, names, **asked))
    return 0


def _tell(call: Call, requests: list[Request], heard: Heard) -> None:
    from linodctl.operations.shapes import triggered_shape

    if call.json:
        call.print_json([triggered_shape(request, None) for request in requests])
    else:
        for request in requests:
            call.print_line(f"{request.task}: requested to run asap (request {request.request_id})")
    if not heard.alive:
        count = "the request waits" if len(requests) == 1 else "the requests wait"
        call.note(f"no runner is alive: {count} for one; start it with '{call.like('run')}'")
