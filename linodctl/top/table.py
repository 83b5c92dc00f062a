"""The table of tasks: only the rows in sight are worked out and drawn, so five thousand cost what fifty do."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.geometry import Size
from textual.message import Message
from textual.scroll_view import ScrollView
from textual.strip import Strip

from linodctl.paint import Part
from linodctl.top.drawing import AT_HAND, Pen

Line = list[Part]


class TaskTable(ScrollView):
    """Names, one of which is at hand. That one stays at hand when others come, go, or change places."""

    can_focus = True
    DEFAULT_CSS = "TaskTable { height: 1fr; overflow-x: hidden; scrollbar-size-vertical: 1; }"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up,k", "move(-1)", show=False),
        Binding("down,j", "move(1)", show=False),
        Binding("pageup,ctrl+b", "page(-1)", show=False),
        Binding("pagedown,ctrl+f,space", "page(1)", show=False),
        Binding("home,g", "move_to_end(-1)", show=False),
        Binding("end,G", "move_to_end(1)", show=False),
    ]

    class Moved(Message):
        """Another task is at hand."""

    def __init__(self, pen: Pen, draw: Callable[[str, int], Line], *, id: str) -> None:
        """`draw` makes the row of a task in a width."""
        super().__init__(id=id)
        self.names: Sequence[str] = ()
        self.at_hand: str | None = None
        self._gone_to: str | None = None
        """The task that the person went to last: at hand again as soon as it is shown."""
        self._place = 0
        self._pen = pen
        self._draw = draw
        self._drawn: dict[int, tuple[bool, Line]] = {}
        """What the rows in sight show, by their place."""

    def show(self, names: Sequence[str]) -> None:
        """These tasks in this order, as they are now."""
        self.names = names
        kept = next((name for name in (self._gone_to, self.at_hand) if name in names), None)
        self._settle(self._place if kept is None else names.index(kept))
        self._resize()
        self._refresh_what_differs()

    def begin_anew(self) -> None:
        """Another order begins with its first task, unless somebody went to one: then that stays at hand."""
        if self._gone_to is None:
            self.at_hand, self._place = None, 0

    def row_text(self, name: str) -> str:
        """What the row of a task says."""
        return "".join(part if isinstance(part, str) else part.text for part in self._draw(name, self.size.width))

    # --- moving ---------------------------------------------------------------------------------

    def action_move(self, by: int) -> None:
        self._go(self._place + by)

    def action_page(self, by: int) -> None:
        self._go(self._place + by * max(1, self.size.height - 1))

    def action_move_to_end(self, which: int) -> None:
        self._go(0 if which < 0 else len(self.names))

    def _go(self, place: int) -> None:
        self._settle(place)
        self._gone_to = self.at_hand
        self._keep_in_sight()
        self._refresh_what_differs()
        self.post_message(self.Moved())

    def _settle(self, place: int) -> None:
        self._place = max(0, min(place, len(self.names) - 1))
        self.at_hand = self.names[self._place] if self.names else None

    def _keep_in_sight(self) -> None:
        top, height = self.scroll_offset.y, self.size.height
        wanted = min(max(top, self._place - height + 1), self._place)
        if wanted != top:
            self.scroll_to(y=wanted, animate=False, force=True, immediate=True)

    # --- drawing --------------------------------------------------------------------------------

    def on_resize(self) -> None:
        self._resize()
        self._drawn.clear()
        self.refresh()

    def _resize(self) -> None:
        self.virtual_size = Size(self.size.width, len(self.names))
        self._keep_in_sight()

    def _refresh_what_differs(self) -> None:
        top = self.scroll_offset.y
        in_sight = range(top, top + self.size.height)
        self._drawn = {place: drawn for place, drawn in self._drawn.items() if place in in_sight}
        for place in in_sight:
            if self._drawn.get(place) != self._row(place):
                self.refresh_line(place)

    def _row(self, place: int) -> tuple[bool, Line]:
        if place >= len(self.names):
            return False, []
        return place == self._place, self._draw(self.names[place], self.size.width)

    def render_line(self, y: int) -> Strip:
        place = y + self.scroll_offset.y
        chosen, line = self._drawn[place] = self._row(place)
        return self._pen.line(line, self.size.width, AT_HAND if chosen else None)
