"""Brings to the disk, beside the loop, what ticks have recorded without waiting for it."""

from __future__ import annotations

import threading
import time
from pathlib import Path

from linodctl.store.flushing import flush

SOON = 0.05
"""Seconds in which more may come, to be served by the same wait for the disk."""


class Flushing:
    """A thread that the loop only rings: to hear from it would wake the loop once more for each run."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._bell = threading.Lock()
        self._bell.acquire()
        self._rung = False
        self._thread: threading.Thread | None = None

    def soon(self) -> None:
        """Something was recorded."""
        if self._thread is None and not self._can_make_thread():
            flush(self._path)  # the loop waits for the disk this once
        elif not self._rung:
            self._rung = True
            self._bell.release()

    def _can_make_thread(self) -> bool:
        thread = threading.Thread(target=self._flush, name="linodctl-flush", daemon=True)
        try:
            thread.start()
        except RuntimeError:
            return False
        self._thread = thread
        return True

    def _flush(self) -> None:
        while self._bell.acquire():
            time.sleep(SOON)
            self._rung = False  # before the flush: what is recorded from now on may come too late for it
            flush(self._path)
