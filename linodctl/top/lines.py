"""Widgets that show lines as they are: a few that never scroll, and a page or a log of any length."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from rich.style import Style
from textual.binding import Binding, BindingType
from textual.geometry import Size
from textual.scroll_view import ScrollView
from textual.strip import Strip
from textual.widget import Widget

from linodctl.paint import Part
from linodctl.top.drawing import Pen, folded

Line = list[Part]


class Lines(Widget):
    """As many lines as it was given last; drawn again only if they differ."""

    DEFAULT_CSS = "Lines { height: auto; }"

    def __init__(self, pen: Pen, *, id: str, least: int = 0, whole: Style | None = None) -> None:
        super().__init__(id=id)
        self.shown: Sequence[Line] = [[]] * least
        self._pen = pen
        self._whole = whole

    def show(self, lines: Sequence[Line]) -> None:
        if list(lines) != list(self.shown):
            grown = len(lines) != len(self.shown)
            self.shown = lines
            self.refresh(layout=grown)

    @property
    def text(self) -> str:
        """What is shown, without its colours."""
        return "\n".join("".join(part if isinstance(part, str) else part.text for part in line) for line in self.shown)

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        return len(self.shown)

    def render_line(self, y: int) -> Strip:
        line = self.shown[y] if y < len(self.shown) else []
        return self._pen.line(line, self.size.width, self._whole)


class Page(ScrollView):
    """Lines to be read through; new ones can be put to the end, which can stay in sight."""

    can_focus = True
    DEFAULT_CSS = "Page { height: 1fr; overflow-x: hidden; scrollbar-size-vertical: 1; }"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("j", "scroll_down", show=False),
        Binding("k", "scroll_up", show=False),
        Binding("g", "scroll_home", show=False),
        Binding("G", "scroll_end", show=False),
        Binding("space", "page_down", show=False),
    ]

    def __init__(self, pen: Pen, *, id: str, most: int, follows: bool = False) -> None:
        """`most` lines are kept. If it `follows`, its end stays in sight wherever it was."""
        super().__init__(id=id)
        self.lines: list[Line] = []
        self._rows: list[Line] = []
        """The lines folded to the width."""
        self._pen = pen
        self._most = most
        self._follows = follows

    @property
    def text(self) -> str:
        """Everything, without its colours."""
        return "\n".join("".join(part if isinstance(part, str) else part.text for part in line) for line in self.lines)

    def add(self, lines: Sequence[Line]) -> None:
        """Put these to the end; the oldest go when there are too many."""
        at_end = self.is_vertical_scroll_end and self._follows
        self.lines = [*self.lines, *lines][-self._most :]
        self._fold()
        if at_end:
            self._go_to_end()

    def show(self, lines: Sequence[Line]) -> None:
        """These from the first on."""
        self.lines = list(lines)
        self._fold()
        self.scroll_home(animate=False, force=True, immediate=True)

    def on_resize(self) -> None:
        at_end = self.is_vertical_scroll_end
        self._fold()
        if at_end and self._follows:
            self._go_to_end()

    def _go_to_end(self) -> None:
        """(Forced, since there is no scroll bar yet when the first long text comes.)"""
        self.scroll_end(animate=False, force=True, immediate=True)

    def _fold(self) -> None:
        self._rows = [row for line in self.lines for row in folded(line, max(1, self.size.width))]
        self.virtual_size = Size(self.size.width, len(self._rows))
        self.refresh()

    def render_line(self, y: int) -> Strip:
        y += self.scroll_offset.y
        return self._pen.line(self._rows[y] if y < len(self._rows) else [], self.size.width)
