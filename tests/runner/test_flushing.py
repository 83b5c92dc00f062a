"""What ticks have recorded reaches the disk beside the loop, or in it."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from linodctl.runner import flushing as room
from linodctl.runner.flushing import Flushing


@pytest.fixture(params=["with a thread", "no thread can be made"])
def flushes(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> list[Path]:
    """The files that have been flushed."""
    flushed: list[Path] = []

    def flush(path: Path) -> bool:
        flushed.append(path)
        return False

    monkeypatch.setattr(room, "flush", flush)
    if request.param == "no thread can be made":
        monkeypatch.setattr(threading.Thread, "start", _no_thread)
    return flushed


def _no_thread(*_: object) -> None:
    raise RuntimeError("can't start new thread")


def test_who_waits_is_told_once_it_is_on_the_disk(flushes: list[Path], tmp_path: Path) -> None:
    def work(flushing: Flushing, answer: Callable[[object], None]) -> None:
        flushing.at_once(lambda error: answer((error, list(flushes))))

    assert _answer_to(tmp_path, work) == (None, [tmp_path])


def test_what_nobody_waits_for_is_flushed_soon(flushes: list[Path], tmp_path: Path) -> None:
    async def go() -> None:
        flushing = Flushing(tmp_path)
        for number in range(1, 4):
            flushing.soon()
            while len(flushes) < number:
                await asyncio.sleep(0.005)

    asyncio.run(asyncio.wait_for(go(), 10))


def test_who_waits_does_not_wait_for_more_to_come(
    flushes: list[Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(room, "SOON", 3600)

    def work(flushing: Flushing, answer: Callable[[object], None]) -> None:
        flushing.soon()
        flushing.at_once(answer)

    assert _answer_to(tmp_path, work) is None


def test_who_waits_is_told_what_went_wrong(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(path: Path) -> bool:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(room, "flush", refuse)
    assert _answer_to(tmp_path, lambda flushing, answer: flushing.at_once(answer)) == "No space left on device"


def _answer_to(path: Path, work: Callable[[Flushing, Callable[[object], None]], None]) -> object:
    async def go() -> object:
        answer: asyncio.Future[object] = asyncio.get_running_loop().create_future()
        work(Flushing(path), answer.set_result)
        return await asyncio.wait_for(answer, 10)

    return asyncio.run(go())
