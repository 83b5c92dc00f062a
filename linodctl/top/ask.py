"""Questions at the foot of the screen: yes or no, and a line of text.

Textual hands a key to what has the focus when the key comes in, and only later finds out what it is bound to: a `y`
right behind a `t` never reaches what the `t` opens. So keys that nothing else wanted come to `take_key`, in the order
in which they were typed.
"""

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

    DEFAULT_CSS = "Question { display: none; }"

    def ask(self, parts: Sequence[Part], answered: Callable[[bool], None]) -> None:
        self._answered = answered
        self.show([[*parts, " (y/n)"]])
        self.display = True

    def take_key(self, event: events.Key) -> bool:
        """Whether it was waiting for this key."""
        if not self.display:
            return False
        self.display = False
        self._answered(event.key in ("y", "Y"))
        return True


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

    def take_key(self, event: events.Key) -> bool:
        """Whether it is for the line: what is typed so fast that the line hasn't the focus yet."""
        if not self.display:
            return False
        field = self.query_one(Input)
        if event.key == "enter":
            self._end(field.value.strip())
        elif event.is_printable and event.character is not None:
            field.insert_text_at_cursor(event.character)
        return True

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
