"""Brings what ticks have recorded to the disk, beside the loop: nothing that the loop does waits for the disk.

```
commit ─┬─ a run may begin once this is on disk ─► at_once ─► flush ─► the loop is told
        └─ it should be there soon ─────────────► soon ── a moment later ─► flush
```
"""

from __future__ import annotations

import asyncio
import queue
import threading
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from linodctl.store.flushing import checkpoint, flush

SOON = 0.05
"""Seconds in which more may come, to be served by the same wait for the disk."""

Then = Callable[[str | None], None]
"""Told in the loop, with what went wrong."""


class Flushing:
    """A thread of its own, made when there is something to flush. To be used in the loop's thread."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._asked: queue.SimpleQueue[Then | None] = queue.SimpleQueue()
        self._has_asked = False
        """For `soon`, since the last flush began."""
        self._thread: threading.Thread | None = None

    def soon(self) -> None:
        """What was recorded should be on disk within a moment."""
        if not self._has_asked:
            self._has_asked = True
            self._ask(None)

    def at_once(self, then: Then) -> None:
        """Somebody waits for what was recorded to be on disk."""
        self._ask(then)

    def _ask(self, then: Then | None) -> None:
        self._asked.put(then)
        if self._thread is None:
            self._loop = asyncio.get_running_loop()
            thread = threading.Thread(target=self._work, name="linodctl-flush", daemon=True)
            try:
                thread.start()
            except RuntimeError:  # no thread can be made now: then the loop waits for the disk
                self._flush([self._asked.get()])
            else:
                self._thread = thread

    def _work(self) -> None:
        while True:
            asked = [self._asked.get()]
            if asked[0] is None:
                with suppress(queue.Empty):
                    asked.append(self._asked.get(timeout=SOON))
            with suppress(queue.Empty):
                while True:
                    asked.append(self._asked.get_nowait())
            self._flush(asked)

    def _flush(self, asked: list[Then | None]) -> None:
        self._has_asked = False  # before the flush: what is recorded from now on may come too late for it
        error, is_large = None, False
        try:
            is_large = flush(self._path)
        except OSError as failure:
            error = failure.strerror or str(failure)
        with suppress(RuntimeError):  # the loop is closed: nobody waits any more
            for then in asked:
                if then is not None:
                    self._loop.call_soon_threadsafe(then, error)
        if is_large:
            self._checkpoint()

    def _checkpoint(self) -> None:
        """In another thread, for it takes so long that a flush can't wait."""
        with suppress(RuntimeError):  # no thread can be made now: there is a next time
            threading.Thread(target=checkpoint, args=[self._path], name="linodctl-checkpoint", daemon=True).start()
