"""`linodctl logs`: what runs logged and printed, and the site's log."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import click

from linodctl.cli import common, kinds
from linodctl.cli.call import Call

if TYPE_CHECKING:
    from linodctl.logserver.entry import Entry
    from linodctl.operations.wanted import Wanted
    from linodctl.store.reading import LogRow


@common.command()
@click.argument("target", metavar="[NAME|RUN_ID]", required=False, type=kinds.TaskName())
@click.option("--site", "of_site", is_flag=True, help="The site's log: what the runner and other processes say.")
@click.option("-f", "--follow", is_flag=True, help="Go on with new lines as they come; a run's log ends with the run.")
@click.option("--level", type=kinds.LOG_LEVEL, help="Only lines of this level or above.")
@click.option("--grep", type=kinds.Pattern(), help="Only lines in which this regular expression is found, in any case.")
@click.option("--since", metavar="TIME", help="Only what was said at that time or later: '2h' (ago), 'today 06:00'.")
@click.option("-n", "limit", type=click.IntRange(min=0), default=100, show_default=True, help="The last so many lines.")
def command(
    call: Call,
    target: str | None,
    of_site: bool,
    follow: bool,
    level: str | None,
    grep: re.Pattern[str] | None,
    since: str | None,
    limit: int,
) -> None:
    """Show the captured log of runs, or the site's log.

    Of one run, of a task (NAME may be a glob or tag:TAG), or of all; with --site what the runner does, and what other
    processes of the site log into its log file ('log:' in the config, linodctl.logserver.Handler in their logging).

    \b
    Examples:
      linodctl logs checkdata
      linodctl logs 4711
      linodctl logs -f --level WARNING
      linodctl logs checkdata --grep 'order 17\\d' --since yesterday
      linodctl logs --site -f
    """
    if follow and call.json:
        raise click.UsageError("--json prints one document, and -f never ends; leave one of them out")
    if of_site and target is not None:
        raise click.UsageError("--site is the log of the whole site; leave the task out, or look for it with --grep")
    from linodctl.domain import LogLevel
    from linodctl.operations.wanted import Wanted

    wanted = Wanted(
        None if level is None else LogLevel(level).number,
        call.instant("--since", since, call.site.loaded.timezone, past=True),
        grep,
    )
    if of_site:
        _show_site_log(call, wanted, follow, limit)
    else:
        _show_runs(call, target, wanted, follow, limit)


def _show_runs(call: Call, target: str | None, wanted: Wanted, follow: bool, limit: int) -> None:
    if follow:
        from linodctl.operations.follow import follow_logs

        _print(call, follow_logs(call.site, target, wanted, last=limit))
        return
    from linodctl.operations.past import logs

    rows = logs(call.site, target, wanted, last=limit)
    if call.json:
        from linodctl.operations.shapes import log_shape

        call.print_json([log_shape(row) for row in rows])
    else:
        _print(call, rows)


def _print(call: Call, rows: Iterable[LogRow]) -> None:
    from linodctl.cli.log_lines import LogLines

    lines, row = LogLines(call), None
    for row in rows:
        lines.print(row)
    if row is None:
        call.note("no log lines")


def _show_site_log(call: Call, wanted: Wanted, follow: bool, limit: int) -> None:
    from linodctl.operations.site_log import follow_site_log, site_log

    if follow:
        _print_entries(call, follow_site_log(call.site, wanted, last=limit))
        return
    entries = site_log(call.site, wanted, last=limit)
    if call.json:
        from linodctl.logserver.lines import entry_shape

        zone = ZoneInfo(call.site.loaded.timezone)
        call.print_json([entry_shape(entry, zone) for entry in entries])
    else:
        _print_entries(call, entries)


def _print_entries(call: Call, entries: Iterable[Entry]) -> None:
    from linodctl.cli.log_lines import entry_parts

    entry = None
    for entry in entries:
        for parts in entry_parts(call, entry):
            call.print_line(*parts)
    if entry is None:
        call.note("no log lines")
