"""Brings to the disk, beside the loop, what ticks have recorded without waiting for it."""

from __future__ import annotations

import asyncio
from pathlib import Path

from linodctl.store.flushing import flush

SOON = 0.05
"""Seconds in which more may come, to be served by the same wait for the disk."""


class Flushing:
    """A thread flushes, a task of the loop says when; neither is there if nothing is to be flushed."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._wanted = False
        self._task: asyncio.Task[None] | None = None

    def soon(self) -> None:
        """Something was recorded."""
        self._wanted = True
        if self._task is None:
            self._task = asyncio.get_running_loop().create_task(self._flush())

    async def _flush(self) -> None:
        while self._wanted:
            await asyncio.sleep(SOON)
            self._wanted = False
            try:
                await asyncio.to_thread(flush, self._path)
            except RuntimeError:  # no thread can be made now: then the loop waits for the disk
                flush(self._path)
        self._task = None
