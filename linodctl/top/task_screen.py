"""The screen with one task and its log."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType

from linodctl.top import keys
from linodctl.top.drawing import Pen
from linodctl.top.facts import LogPage, facts
from linodctl.top.lines import Lines, Page
from linodctl.top.screen import SiteScreen

if TYPE_CHECKING:
    from linodctl.operations.watching import Glance
    from linodctl.store.reading import LogRow

MOST_LINES = 10_000
"""Lines of log that are kept to scroll back to."""


class TaskScreen(SiteScreen):
    """One task and its log, which grows while one looks."""

    KEYS = keys.LOG
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q", "back", show=False),
    ]

    def __init__(self, pen: Pen, task: str) -> None:
        super().__init__(pen)
        self.task_name = task
        self._page = LogPage()

    def body(self) -> ComposeResult:
        yield Page(self.pen, id="body", most=MOST_LINES, follows=True)

    @property
    def at_hand(self) -> str | None:
        return self.task_name

    def on_mount(self) -> None:
        self.say(["no log lines yet"])
        self.app.read_log(self.task_name)

    def show(self, glance: Glance) -> None:
        self.query_one("#head", Lines).show(facts(glance, self.task_name, self.app.unreadable))

    def add(self, task: str, rows: Sequence[LogRow]) -> None:
        if task == self.task_name and self.app.glance is not None:
            page = self.query_one(Page)
            if not page.lines:
                self.say([])
            page.add(list(self._page.lines(self.app.glance, rows, self.size.width)))

    def action_back(self) -> None:
        self.app.close_log()
        self.app.pop_screen()
