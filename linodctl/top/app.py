"""The application: it has the lookout's news, and hands them to the screens."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Iterator
from typing import TYPE_CHECKING, ClassVar

from textual import events
from textual.app import App
from textual.binding import Binding, BindingType
from textual.message import Message

from linodctl.paint import bad
from linodctl.top.drawing import Pen
from linodctl.top.lookout import Answered, Broken, Logged, Lookout, Unreadable
from linodctl.top.screen import SiteScreen
from linodctl.top.table_screen import TableScreen

if TYPE_CHECKING:
    from linodctl.operations.site import Site
    from linodctl.operations.watching import Glance
    from linodctl.top.deeds import Deed
    from linodctl.top.head import Like
    from linodctl.top.lookout import News

INTERRUPTED, TERMINATED = 130, 143
"""Exit codes: Ctrl-C's, as that of all commands, and what a shell calls a program that TERM has ended."""


class TopApp(App[int]):
    """Ends with an exit code; an error that is a mistake of ours is kept in `mistake`."""

    TITLE = "linodctl top"
    ENABLE_COMMAND_PALETTE = False
    CSS_PATH = None
    CSS = """
    Screen, Input, Input:focus { background: ansi_default; color: ansi_default; }
    Input > .input--cursor { background: ansi_default; color: ansi_default; text-style: reverse; }
    TaskTable, Page {
        scrollbar-color: ansi_default;
        scrollbar-color-hover: ansi_default;
        scrollbar-color-active: ansi_default;
        scrollbar-background: ansi_default;
        scrollbar-background-hover: ansi_default;
        scrollbar-background-active: ansi_default;
    }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+c", f"leave({INTERRUPTED})", show=False, priority=True),
        Binding("ctrl+z", "suspend_process", show=False, priority=True),
    ]

    class Heard(Message):
        """News from the lookout."""

        def __init__(self, news: News) -> None:
            super().__init__()
            self.news = news

    def __init__(self, site: Site, like: Like, *, color: bool) -> None:
        super().__init__(ansi_color=True)
        self.glance: Glance | None = None
        self.unreadable: str | None = None
        self.mistake: Exception | None = None
        self.like = like
        self.animation_level = "none"
        self._pen = Pen(color)
        self._lookout = Lookout(site, like, lambda news: self.post_message(self.Heard(news)))

    def _fatal_error(self) -> None:
        """A mistake in the screens, which textual would print with the values of all variables, secrets included."""
        self.mistake = self._exception
        self._close_messages_no_wait()

    def on_mount(self) -> None:
        self.push_screen(TableScreen(self._pen))
        self._lookout.start()
        asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, self.action_leave, TERMINATED)

    def on_unmount(self) -> None:
        self._lookout.stop()

    def action_leave(self, code: int) -> None:
        self.exit(code)

    def on_key(self, event: events.Key) -> None:
        """Comes before the bindings are looked at."""
        if any(screen is self.screen and screen.take_key(event) for screen in self._screens()):
            event.prevent_default()

    # --- for the screens ------------------------------------------------------------------------

    def do(self, deed: Deed) -> None:
        """Have it done; the answer comes."""
        self._lookout.do(deed)

    def read_log(self, task: str) -> None:
        self._lookout.read_log(task)

    def close_log(self) -> None:
        self._lookout.close_log()

    # --- from the lookout -----------------------------------------------------------------------

    def on_top_app_heard(self, message: Heard) -> None:
        match message.news:
            case Broken(error):
                self.mistake = error
                self.exit(1)
            case Answered(parts):
                for screen in self._screens():
                    screen.say(parts)
            case Logged(task, rows):
                for screen in self._screens():
                    screen.add(task, rows)
            case Unreadable(why):
                self.unreadable = why
                self._show()
            case glance:
                self.glance, self.unreadable = glance, None
                self._show()

    def _show(self) -> None:
        for screen in self._screens():
            if self.glance is not None:
                screen.show(self.glance)
            elif self.unreadable is not None:
                screen.say([bad(self.unreadable)])

    def _screens(self) -> Iterator[SiteScreen]:
        """The one that is seen, be it behind the help; none as long as it is only being made."""
        for screen in reversed(self.screen_stack):
            if isinstance(screen, SiteScreen):
                if screen.is_mounted:
                    yield screen
                return
