"""What the screens of the table and of a task have in common: the same keys act on the task at hand, and answers are
said in the line above the keys.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, ClassVar

from textual import events
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.screen import Screen
from textual.widget import Widget

from linodctl.paint import Part, strong, warn
from linodctl.top import deeds, keys
from linodctl.top.ask import Entry, Question
from linodctl.top.drawing import Pen
from linodctl.top.help_screen import HelpScreen
from linodctl.top.lines import Lines

if TYPE_CHECKING:
    from linodctl.operations.watching import Glance
    from linodctl.store.reading import LogRow
    from linodctl.top.app import TopApp


class SiteScreen(Screen[None]):
    """A head, a body, a line for answers and questions, and the keys. What the keys act on is the task at hand."""

    app: TopApp
    DEFAULT_CSS = "SiteScreen { layout: vertical; }"
    AUTO_FOCUS = "#body"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("t", "trigger", show=False),
        Binding("c", "cancel", show=False),
        Binding("e", "enable", show=False),
        Binding("d", "disable", show=False),
        Binding("question_mark", "help", show=False),
    ]
    KEYS: ClassVar[Sequence[keys.Key]] = ()

    def __init__(self, pen: Pen) -> None:
        super().__init__()
        self.pen = pen

    def compose(self) -> ComposeResult:
        yield Lines(self.pen, id="head")
        yield from self.body()
        yield Lines(self.pen, id="said", least=1)
        yield Question(self.pen, id="question")
        yield Entry(self.pen, id="entry")
        yield Lines(self.pen, id="keys")

    def body(self) -> ComposeResult:
        raise NotImplementedError

    @property
    def at_hand(self) -> str | None:
        """The task that keys act on."""
        raise NotImplementedError

    def show(self, glance: Glance) -> None:
        """The site as it is now."""
        raise NotImplementedError

    def add(self, task: str, rows: Sequence[LogRow]) -> None:
        """New lines of a log, if it is shown here."""

    def on_resize(self) -> None:
        self.query_one("#keys", Lines).show([keys.foot(self.KEYS, self.size.width)])
        self.on_screen_resume()

    def on_screen_resume(self) -> None:
        if self.app.glance is not None and self.is_mounted:
            self.show(self.app.glance)

    def say(self, parts: Sequence[Part]) -> None:
        """What came of it, in the line above the keys."""
        self.query_one("#said", Lines).show([list(parts)])

    # --- what the keys ask for ------------------------------------------------------------------

    def action_trigger(self) -> None:
        if (task := self.at_hand) is not None:
            self._ask([warn("Run "), strong(task), warn(" as soon as possible?")], deeds.trigger(task))

    def action_cancel(self) -> None:
        if (task := self.at_hand) is not None:
            self._ask([warn("Cancel the requests and runs of "), strong(task), warn("?")], deeds.cancel(task))

    def action_enable(self) -> None:
        if (task := self.at_hand) is not None:
            self._ask([warn("Enable "), strong(task), warn("?")], deeds.enable(task))

    def action_disable(self) -> None:
        if (task := self.at_hand) is None:
            return

        def done(reason: str | None) -> None:
            self.end_question()
            if reason is None:
                self.say([strong(task), ": left as it was"])
            else:
                self.app.do(deeds.disable(task, reason))

        self.begin_question()
        self.query_one(Entry).ask(f"disable {task}, because", "", "(Enter: no reason, Esc: don't)", done)

    def action_help(self) -> None:
        self.app.push_screen(HelpScreen(self.pen))

    def _ask(self, parts: list[Part], deed: deeds.Deed) -> None:
        def answered(yes: bool) -> None:
            self.end_question()
            if yes:
                self.app.do(deed)
            else:
                self.say(["nothing was done"])

        self.begin_question()
        self.query_one(Question).ask(parts, answered)

    def take_key(self, event: events.Key) -> bool:
        """Whether a question that is open has taken the key."""
        return self.query_one(Question).take_key(event) or self.query_one(Entry).take_key(event)

    def begin_question(self) -> None:
        """A question takes the place of the answers."""
        self.query_one("#said", Widget).display = False

    def end_question(self) -> None:
        self.query_one("#said", Widget).display = True
        self.set_focus(self.query_one("#body", Widget))
