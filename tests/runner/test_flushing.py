"""What ticks have recorded reaches the disk beside the loop, or in it."""

from __future__ import annotations

import asyncio
import threading
from pathlib import Path

import pytest

from linodctl.runner import flushing as room
from linodctl.runner.flushing import Flushing


@pytest.mark.parametrize("threads", [True, False])
def test_each_record_is_flushed_though_no_thread_can_be_made(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, threads: bool
) -> None:
    monkeypatch.setattr(room, "SOON", 0)
    if not threads:
        monkeypatch.setattr(threading.Thread, "start", _no_thread)

    async def record_twice() -> None:
        loop, flushed = asyncio.get_running_loop(), asyncio.Event()
        monkeypatch.setattr(room, "flush", lambda path: loop.call_soon_threadsafe(flushed.set))
        flushing = Flushing(tmp_path / "state.db")
        for _ in range(2):
            flushing.soon()
            await asyncio.wait_for(flushed.wait(), 10)
            flushed.clear()

    asyncio.run(record_twice())


def _no_thread(*_: object) -> None:
    raise RuntimeError("can't start new thread")
