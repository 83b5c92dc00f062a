"""`linodctl simulate`: what would run, and when, without running anything."""

from __future__ import annotations

from datetime import datetime, timedelta
from itertools import chain
from typing import TYPE_CHECKING

import click

from linodctl.cli import common, kinds
from linodctl.cli.call import Call

if TYPE_CHECKING:
    from linodctl.operations.simulate import Plan
    from linodctl.planning.simulation import Down, Grid, Report


@common.command()
@click.argument("names", metavar="[NAME]...", nargs=-1, type=kinds.TaskName())
@click.option("--from", "start", metavar="TIME", help="When a runner starts; default: now.")
@click.option("--to", "end", metavar="TIME", help="When time ends; default: a day later.")
@click.option(
    "-n", "limit", type=click.IntRange(min=1), default=10_000, show_default=True, help="List at most so many."
)
@click.option(
    "--duration",
    "durations",
    metavar="NAME=30s",
    multiple=True,
    type=kinds.TaskDuration(),
    help="How long runs of these tasks take.",
)
@click.option("--down", "downs", metavar="FROM..TO", multiple=True, help="No runner is alive then; may be repeated.")
def command(
    call: Call,
    names: tuple[str, ...],
    start: str | None,
    end: str | None,
    limit: int,
    durations: tuple[tuple[str, timedelta], ...],
    downs: tuple[str, ...],
) -> None:
    """Show what would run and be skipped, without running anything.

    Plays the runner's own scheduler on a virtual clock, as if a runner started at --from; only the tasks that are named
    (NAME may be a glob or tag:TAG), or all of them. Runs succeed, and take the median of what the task's latest good
    runs took, 1 s where there were none.

    Played from now, it begins with what the state file remembers: what waits, is requested, or came due while no runner
    was alive. Played from another time, nothing is owed; grids, counts and disabled tasks are as they are now.

    With --json: the first -n runs and skips, one by one; the totals count all.

    \b
    Examples:
      linodctl simulate
      linodctl simulate 'mail_*' --from 'tomorrow 00:00' --duration 'mail_*=20s'
      linodctl simulate --to 'in 7d' --down 'tomorrow 01:00..tomorrow 05:00' --json
    """
    from linodctl.operations.simulate import Wanted, plan

    zone = call.site.loaded.timezone
    wanted = Wanted(
        names=names,
        start=None if start is None or start.strip().casefold() == "now" else call.instant("--from", start, zone),
        end=call.instant("--to", end, zone),
        durations=durations,
        downs=[_down(call, text, zone) for text in downs],
    )
    _print(call, plan(call.site, wanted), limit, everything=bool(names))


def _down(call: Call, text: str, zone: str) -> Down:
    from linodctl.planning.simulation import Down

    first, dots, last = text.partition("..")
    if not (dots and first.strip() and last.strip()):
        raise click.UsageError(f"--down: write FROM..TO, such as 'today 12:00..today 13:00', not {text!r}")
    start, end = _instant(call, first, zone), _instant(call, last, zone)
    if end <= start:
        raise click.UsageError(f"--down: {last.strip()!r} is not later than {first.strip()!r}")
    return Down(start, end)


def _instant(call: Call, text: str, zone: str) -> datetime:
    instant = call.instant("--down", text, zone)
    assert instant is not None, "there is a text"
    return instant


def _print(call: Call, plan: Plan, limit: int, everything: bool) -> None:
    if call.json:
        from linodctl.operations.simulate_shape import simulation_shape

        call.print_json(simulation_shape(plan, _play(call, plan, limit)))
        return
    from linodctl.cli.timeline import Timeline
    from linodctl.cli.timeline_summary import summary_lines

    zone = call.site.loaded.timezone
    timeline = Timeline(plan.scenario, zone, call.width)
    report = _play(call, plan, 0, timeline.grid)
    for line in chain(timeline.lines(report, everything=everything), summary_lines(plan, report, zone, call.width)):
        call.print_line(*line)


def _play(call: Call, plan: Plan, keep: int, grid: Grid | None = None) -> Report:
    from linodctl.cli.meter import Meter

    scenario = plan.scenario
    with Meter(scenario.start, scenario.end, call.site.clock, quiet=call.verbosity < 0) as meter:
        return plan.play(keep=keep, grid=grid, watch=meter.reached)
