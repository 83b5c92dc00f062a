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
        styles = [["strong"] * len(self.columns), *[list(map(style_of, row)) for row in self.rows]]
        return [self._line(texts, line_styles, widths, color) for texts, line_styles in zip(cells, styles, strict=True)]

    def _line(self, texts: Sequence[str], styles: Sequence[str], widths: Sequence[int], color: bool) -> str:
        padded = [
            text.rjust(width) if title in self.right else text.ljust(width)
            for text, width, title in zip(texts, widths, self.columns, strict=True)
        ]
        padded[-1] = padded[-1].rstrip()
        return "  ".join(painted(text, style, color) for text, style in zip(padded, styles, strict=True)).rstrip()
