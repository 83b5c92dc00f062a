"""Lines of captured log as people read them: time, level, text; a separator where another run begins."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from linodctl.cli.call import Call
from linodctl.cli.paint import Painted, Part, dim
from linodctl.cli.words import LEVELS, when

if TYPE_CHECKING:
    from linodctl.store.reading import LogRow


class LogLines:
    """Prints one row after the other."""

    def __init__(self, call: Call, out: Callable[..., None] | None = None) -> None:
        self._call = call
        self._out = out or call.print_line
        self._run_id: int | None = None

    def print(self, row: LogRow) -> None:
        """A text of several lines goes on below its first line, under the same time and level."""
        if row.run_id != self._run_id:
            self._out(dim(f"── run {row.run_id} of {row.task} ──"))
            self._run_id = row.run_id
        for line in row.text.splitlines() or [""]:
            self._out(*self._parts(row, line))

    def _parts(self, row: LogRow, line: str) -> list[Part]:
        from linodctl.operations.shapes import level_name

        level = level_name(row.level)
        return [
            dim(when(row.time, self._call.site.zone_of(row.task))),
            " ",
            Painted(f"{level:<8}", LEVELS[level]),
            " ",
            line,
        ]
