"""From text with meaning to strips of a terminal's cells: cut to fit, and never able to drive the terminal."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from rich.cells import cell_len, chop_cells, set_cell_size
from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip

from linodctl.paint import STYLES, Part, style_of, text_of
from linodctl.values import replace

CUT = "…"
AT_HAND = Style(reverse=True, bold=True)
"""The line of the task at hand: colours would look patched when they are reversed."""
TITLES = Style(underline=True, bold=True)


class Pen:
    """Draws with the terminal's own colours, which suit its background whichever it is; or with none."""

    def __init__(self, color: bool) -> None:
        self.styles = {
            name: Style(
                color=attributes.get("fg") if color else None,
                bold=attributes.get("bold"),
                dim=attributes.get("dim"),
            )
            for name, attributes in STYLES.items()
        }

    def line(self, parts: Iterable[Part], width: int, whole: Style | None = None) -> Strip:
        """The parts one after the other, in exactly `width` cells; the `whole` line in one style, if that is given."""
        segments: list[Segment] = []
        left = width
        for part in parts:
            text = text_of(part).expandtabs()
            size = cell_len(text)
            if size > left:
                text = cut(text, left)
                size = left
            if text:
                segments.append(Segment(text, whole or self.styles[style_of(part)]))
            left -= size
            if left <= 0:
                break
        segments.append(Segment(" " * left, whole))
        return Strip(segments, width)

    def cells(self, parts: Sequence[Part], widths: Sequence[tuple[int, bool]], gap: int) -> list[Part]:
        """Each part in its width, to the right where that is True, with a gap between two."""
        drawn: list[Part] = []
        for part, (width, right) in zip(parts, widths, strict=True):
            text = text_of(part)
            fitted = cut(text, width) if cell_len(text) > width else text
            blanks = " " * (width - cell_len(fitted))
            drawn += [blanks if right else "", _like(part, fitted), "" if right else blanks, " " * gap]
        return drawn[:-1]


def cut(text: str, width: int) -> str:
    """The text in `width` cells, with a sign that it goes on."""
    return set_cell_size(text, width - 1) + CUT if width > 0 else ""


def folded(parts: Sequence[Part], width: int) -> Iterator[list[Part]]:
    """The parts in as many lines of that width as they need."""
    line: list[Part] = []
    left = width
    for part in parts:
        text = text_of(part).expandtabs()
        while text:
            piece = text if cell_len(text) <= left else next(iter(chop_cells(text, left)), "") if left > 0 else ""
            if piece:
                line.append(_like(part, piece))
                left -= cell_len(piece)
                text = text[len(piece) :]
            if text:
                yield line
                line, left = [], max(2, width)  # a wide character needs two
    yield line


def _like(part: Part, text: str) -> Part:
    return text if isinstance(part, str) else replace(part, text=text)
