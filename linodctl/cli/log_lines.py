"""Lines of log as people read them: time, level, text; of captured log a separator where another run begins."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from linodctl.cli.call import Call
from linodctl.paint import Painted, Part, dim
from linodctl.words import LEVELS, log_lines, when

if TYPE_CHECKING:
    from linodctl.logserver.entry import Entry
    from linodctl.store.reading import LogRow


class LogLines:
    """Prints one row after the other."""

    def __init__(self, call: Call, out: Callable[..., None] | None = None) -> None:
        self._call = call
        self._out = out or call.print_line
        self._run_id: int | None = None

    def print(self, row: LogRow) -> None:
        from linodctl.operations.shapes import level_name

        if row.run_id != self._run_id:
            self._out(dim(f"── run {row.run_id} of {row.task} ──"))
            self._run_id = row.run_id
        time = when(row.time, self._call.site.zone_of(row.task))
        for parts in log_lines(row, level_name(row.level), time):
            self._out(*parts)


def entry_parts(call: Call, entry: Entry) -> Iterator[list[Part]]:
    """An entry of the site's log: as in the file, its level in colour, in a line for each of its own."""
    from linodctl.logserver.lines import level_name, text_of

    head, *below = text_of(entry).split("\n")
    zone = ZoneInfo(call.site.loaded.timezone)
    time = datetime.fromtimestamp(entry.time, UTC).astimezone(zone).isoformat(" ", "milliseconds")
    level = level_name(entry.level)
    yield [dim(time), " ", Painted(f"{level:<8}", LEVELS.get(level, "")), " ", head]
    for line in below:
        yield [line]
