"""Questions at the foot of the screen: yes or no, and a line of text."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from textual import events
from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.widgets import Input

from linodctl.paint import Part
from linodctl.top.drawing import Pen
from linodctl.top.lines import Lines


class Question(Lines):
    """Asked of the one key that comes next: `y` is yes, and everything else is no."""

    can_focus = True
    DEFAULT_CSS = "Question { display: none; }"

    def ask(self, parts: Sequence[Part], answered: Callable[[bool], None]) -> None:
        self._answered = answered
        self.show([[*parts, " (y/n)"]])
        self.display = True
        self.focus()

    def on_key(self, event: events.Key) -> None:
        event.stop()
        event.prevent_default()
        self.display = False
        self._answered(event.key in ("y", "Y"))


class Entry(Horizontal):
    """A line of text: `changed` hears of it as it grows, `done` of its end, and of None if it was given up (Esc)."""

    DEFAULT_CSS = """
    Entry { display: none; height: 1; }
    Entry Lines { width: auto; }
    Entry Input { width: 1fr; border: none; height: 1; padding: 0; }
    """

    def __init__(self, pen: Pen, *, id: str) -> None:
        super().__init__(id=id)
        self._pen = pen

    def compose(self) -> ComposeResult:
        yield Lines(self._pen, id="entry-label")
        yield Input(id="entry-text", select_on_focus=False, compact=True)

    def ask(
        self,
        label: str,
        text: str,
        hint: str,
        done: Callable[[str | None], None],
        changed: Callable[[str], None] | None = None,
    ) -> None:
        self._done, self._changed = done, changed
        self.query_one(Lines).show([[f"{label} "]])
        self.query_one(Lines).styles.width = len(label) + 1
        field = self.query_one(Input)
        field.value, field.placeholder = text, hint
        field.cursor_position = len(text)
        self.display = True
        field.focus()

    def on_input_changed(self, event: Input.Changed) -> None:
        event.stop()
        if self.display and self._changed is not None:
            self._changed(event.value)

    def on_input_submitted(self, event: Input.Submitted) -> None:
        event.stop()
        self._end(event.value.strip())

    def on_key(self, event: events.Key) -> None:
        if event.key in ("escape", "tab", "shift+tab"):  # a tab would lead away and leave the question open
            event.stop()
            event.prevent_default()
        if event.key == "escape":
            self._end(None)

    def _end(self, text: str | None) -> None:
        self.display = False
        self._done(text)
