"""The screen with all tasks: the table, what is above and below it, and the keys that choose what it shows."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType

from linodctl.paint import Part
from linodctl.top import keys
from linodctl.top.ask import Entry
from linodctl.top.board import board
from linodctl.top.columns import GAP, Column, fit
from linodctl.top.drawing import TITLES, Pen
from linodctl.top.head import head
from linodctl.top.lines import Line, Lines
from linodctl.top.order import Choice
from linodctl.top.rows import row
from linodctl.top.screen import SiteScreen
from linodctl.top.table import TaskTable
from linodctl.top.task_screen import TaskScreen
from linodctl.values import replace

if TYPE_CHECKING:
    from linodctl.operations.watching import Glance


class TableScreen(SiteScreen):
    """All tasks; what runs, comes next and failed below them."""

    KEYS = keys.TABLE
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter,l", "open", show=False),
        Binding("slash", "filter", show=False),
        Binding("s", "sort", show=False),
        Binding("r", "reverse", show=False),
        Binding("escape", "show_all", show=False),
        Binding("q", "app.leave(0)", show=False),
    ]

    def __init__(self, pen: Pen) -> None:
        super().__init__(pen)
        self.choice = Choice()
        self._chosen: list[tuple[Column, int]] = []
        self._columns: list[tuple[int, bool]] = []

    def body(self) -> ComposeResult:
        yield Lines(self.pen, id="titles", whole=TITLES)
        yield TaskTable(self.pen, self._row, id="body")
        yield Lines(self.pen, id="board")

    @property
    def table(self) -> TaskTable:
        return self.query_one(TaskTable)

    @property
    def at_hand(self) -> str | None:
        return self.table.at_hand

    def show(self, glance: Glance) -> None:
        names = self.choice.names(list(glance.lines.values()))
        self.query_one("#head", Lines).show(head(glance, self.choice, len(names), self.app.unreadable, self.app.like))
        self._fit(glance)
        self.table.show(names)
        self.query_one("#board", Lines).show(board(glance, self._board_rows(), self.size.width))

    def _fit(self, glance: Glance) -> None:
        longest = max(map(len, glance.lines), default=0)
        self._chosen = fit(self.size.width - 1, longest)  # one column is the scroll bar's
        self._columns = [(width, column.right) for column, width in self._chosen]
        titles: list[Part] = [column.title for column, _ in self._chosen]
        self.query_one("#titles", Lines).show([self.pen.cells(titles, self._columns, GAP)])

    def _board_rows(self) -> int:
        """A third of the screen; more would leave too few tasks."""
        return max(0, (self.size.height - 5) // 3)

    def _row(self, name: str, width: int) -> Line:
        if self.app.glance is None or name not in self.app.glance.lines:
            return [name]  # drawn in the moment between another config's news and another list of names
        return self.pen.cells(row(self.app.glance, name, self._chosen), self._columns, GAP)

    # --- keys -----------------------------------------------------------------------------------

    def action_open(self) -> None:
        if self.at_hand is not None:
            self.app.push_screen(TaskScreen(self.pen, self.at_hand))

    def action_filter(self) -> None:
        def done(text: str | None) -> None:
            self.end_question()
            self._choose(replace(self.choice, sought="" if text is None else text))

        def changed(text: str) -> None:
            self._choose(replace(self.choice, sought=text))

        self.begin_question()
        self.query_one(Entry).ask("filter:", self.choice.sought, "(Enter: keep it, Esc: show all)", done, changed)

    def action_show_all(self) -> None:
        self._choose(replace(self.choice, sought=""))

    def action_sort(self) -> None:
        self.table.begin_anew()
        self._choose(self.choice.next_order())
        self.say([f"sorted by {self.choice.order}"])

    def action_reverse(self) -> None:
        self.table.begin_anew()
        self._choose(replace(self.choice, reverse=not self.choice.reverse))
        self.say([f"sorted by {self.choice.order}{', reversed' if self.choice.reverse else ''}"])

    def _choose(self, choice: Choice) -> None:
        self.choice = choice
        if self.app.glance is not None:
            self.show(self.app.glance)
