"""A table for people, and its plain form: aligned columns without borders, nothing cut off, so that grep finds it."""

from __future__ import annotations

from collections.abc import Sequence

from linodctl.paint import Part, painted, style_of, text_of
from linodctl.values import Value


class Table(Value):
    """Column titles and rows; `right` names the columns of numbers."""

    columns: Sequence[str]
    rows: Sequence[Sequence[Part]]
    right: frozenset[str] = frozenset()
    whole: frozenset[str] = frozenset()
    """Columns whose cells are never folded."""
    empty: str = "nothing to show"
    """What to say instead of a table without rows."""

    def plain_lines(self, color: bool) -> list[str]:
        """The titles and the rows, a line each."""
        cells = [list(map(text_of, row)) for row in [self.columns, *self.rows]]
        widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
        pads = [str.rjust if title in self.right else str.ljust for title in self.columns]
        padded = [[pad(text, width) for pad, text, width in zip(pads, row, widths, strict=True)] for row in cells]
        for row in padded:
            row[-1] = row[-1].rstrip()
        if color:
            styles = [["strong"] * len(self.columns), *[list(map(style_of, row)) for row in self.rows]]
            padded = [
                [painted(*cell, color) for cell in zip(*row, strict=True)] for row in zip(padded, styles, strict=True)
            ]
        return ["  ".join(row).rstrip() for row in padded]
