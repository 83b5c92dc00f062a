"""The screens: the table with what is around it, and one task with its log. On both the same keys act on a task."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.screen import Screen
from textual.widget import Widget

from linodctl.paint import Part, strong, warn
from linodctl.top import deeds, keys
from linodctl.top.ask import Entry, Question
from linodctl.top.board import board
from linodctl.top.columns import GAP, fit
from linodctl.top.drawing import Pen
from linodctl.top.facts import LogPage, facts
from linodctl.top.head import head
from linodctl.top.lines import Line, Lines, Page
from linodctl.top.order import Choice
from linodctl.top.rows import row
from linodctl.top.table import TaskTable

if TYPE_CHECKING:
    from linodctl.operations.watching import Glance
    from linodctl.store.reading import LogRow
    from linodctl.top.app import TopApp

MOST_LINES = 10_000
"""Lines of log that are kept to scroll back to."""


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

    def begin_question(self) -> None:
        """A question takes the place of the answers."""
        self.query_one("#said", Widget).display = False

    def end_question(self) -> None:
        self.query_one("#said", Widget).display = True
        self.query_one("#body", Widget).focus()


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
        self._columns: list[tuple[int, bool]] = []

    def body(self) -> ComposeResult:
        yield Lines(self.pen, id="titles", chosen=True)
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
        assert self.app.glance is not None, "there are no names before there is a glance"
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
        self.query_one("#head", Lines).show(facts(glance, self.task_name))

    def add(self, task: str, rows: Sequence[LogRow]) -> None:
        if task == self.task_name and self.app.glance is not None:
            page = self.query_one(Page)
            if not page.lines:
                self.say([])
            page.add(list(self._page.lines(self.app.glance, rows, self.size.width)))

    def action_back(self) -> None:
        self.app.close_log()
        self.app.pop_screen()


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
