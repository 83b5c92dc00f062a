"""The thread that looks at the site and does what keys ask for, so that nothing out there can freeze the view.

Looks and deeds happen in turn, so a deed's consequences are seen right after it. All that is found out is handed to
`tell`, which must be safe to call from another thread.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextlib import suppress
from queue import Empty, SimpleQueue
from typing import TYPE_CHECKING

from linodctl.errors import LinodctlError, StateError
from linodctl.masking import known
from linodctl.operations.watching import Glance, Watch
from linodctl.paint import Part, bad
from linodctl.values import Value

if TYPE_CHECKING:
    from linodctl.operations.follow import LogTail
    from linodctl.operations.site import Site
    from linodctl.store.reading import LogRow
    from linodctl.top.deeds import Deed
    from linodctl.top.head import Like

PAUSE = 0.5
"""Seconds between two looks."""
SHARE, LONGEST = 10, 5.0
"""Looking takes a tenth of the time at most, however busy and large the site is; but five seconds are a long time."""
LAST_LINES = 1000
"""Lines of log that are there when a log is opened."""


class Answered(Value):
    """What came of a deed."""

    parts: list[Part]


class Unreadable(Value):
    """Why the state file can't be read at present."""

    why: str


class Logged(Value):
    """New lines of the log that is open."""

    task: str
    rows: list[LogRow]


class Broken(Value):
    """A mistake of ours: the view ends, and the mistake is reported as any command's."""

    error: Exception


News = Glance | Answered | Unreadable | Logged | Broken


class Lookout(threading.Thread):
    """Begins with `start`, ends with `stop`."""

    def __init__(self, site: Site, like: Like, tell: Callable[[News], object]) -> None:
        super().__init__(name="linodctl top", daemon=True)  # what hangs in it must not keep the terminal
        self._site = site
        self._like = like
        self._tell = tell
        self._asked: SimpleQueue[Callable[[], None]] = SimpleQueue()
        self._ends = False
        self._told: Glance | None = None
        self._log: tuple[str, LogTail] | None = None

    # --- asked from other threads ---------------------------------------------------------------

    def do(self, deed: Deed) -> None:
        """Do this as soon as possible and tell what came of it."""
        self._asked.put(lambda: self._do(deed))

    def read_log(self, task: str) -> None:
        """Tell the end of this task's log, and go on telling what comes in, until `close_log`."""
        self._asked.put(lambda: self._open_log(task))

    def close_log(self) -> None:
        self._asked.put(self._close_log)

    def stop(self) -> None:
        self._asked.put(self._end)

    # --- the thread -----------------------------------------------------------------------------

    def run(self) -> None:
        self._watch = Watch(self._site)
        try:
            while not self._ends:
                began = self._clock()
                self._look()
                self._wait(min(max(PAUSE, SHARE * (self._clock() - began)), LONGEST))
        except Exception as error:
            self._tell(Broken(error))
        finally:
            self._watch.close()

    def _wait(self, seconds: float) -> None:
        """Until something is asked for, `seconds` at most."""
        with suppress(Empty):
            self._asked.get(timeout=seconds)()

    def _look(self) -> None:
        """Tell what has changed, or that another second has begun."""
        try:
            glance = self._watch.look()
            rows = self._watch.news(self._log[1]) if self._log is not None else []
        except StateError as error:
            self._told = None
            self._tell(Unreadable(_told(error)))
            return
        if self._log is not None and rows:
            self._tell(Logged(self._log[0], rows))
        if self._told is None or self._is_news(self._told, glance):
            self._told = glance
            self._tell(glance)

    @staticmethod
    def _is_news(told: Glance, glance: Glance) -> bool:
        """(What the state file says is another object when it has been read again.)"""
        seconds = {each.now.replace(microsecond=0) for each in (told, glance)}
        return glance.running is not told.running or len(seconds) > 1

    def _close_log(self) -> None:
        self._log = None

    def _end(self) -> None:
        self._ends = True

    def _open_log(self, task: str) -> None:
        try:
            self._log = task, self._watch.tail(task, LAST_LINES)
        except LinodctlError as error:
            self._tell(Answered([bad(_told(error))]))

    def _do(self, deed: Deed) -> None:
        try:
            self._tell(Answered(deed(self._watch.site, self._like)))
        except LinodctlError as error:
            self._tell(Answered([bad(_told(error))]))

    def _clock(self) -> float:
        return self._site.clock.monotonic()


def _told(error: LinodctlError) -> str:
    """In one line, and without secrets."""
    return known.text(" ".join(str(error).split()))
