"""The screen that tells the keys."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.screen import Screen

from linodctl.paint import strong
from linodctl.top import keys
from linodctl.top.drawing import Pen
from linodctl.top.lines import Lines, Page


class HelpScreen(Screen[None]):
    """What the keys do."""

    AUTO_FOCUS = "#body"
    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape,q,question_mark,enter", "app.pop_screen", show=False)]

    def __init__(self, pen: Pen) -> None:
        super().__init__()
        self._pen = pen

    def compose(self) -> ComposeResult:
        yield Page(self._pen, id="body", most=100)
        yield Lines(self._pen, id="keys")

    def on_mount(self) -> None:
        self.query_one(Page).show(keys.page())
        self.query_one("#keys", Lines).show([[strong("q"), " back"]])
