"""When a child began: what the zygote says of it is what the kernel says, whether that was asked or not."""

from __future__ import annotations

import sys
from collections.abc import Callable

import pytest
from execution_bench import Bench

from linodctl.execution import births
from linodctl.execution.births import Births
from linodctl.identity import process_started


@pytest.fixture
def world(monkeypatch: pytest.MonkeyPatch) -> Callable[[int, str | None], None]:
    """Sets what our count of ticks is, and what the kernel says."""

    def is_so(ticks: int, told: str | None) -> None:
        monkeypatch.setattr(births, "boot_ticks", lambda: ticks)
        monkeypatch.setattr(births, "process_started", lambda pid: told)

    return is_so


def test_who_counts_like_the_kernel_asks_once(world: Callable[..., None]) -> None:
    known = Births()
    world(7, "7")
    assert known.of(1, 7) == b"7"
    world(8, "nobody asks")
    assert known.of(1, 8) == b"8"


def test_who_does_not_asks_each_time(world: Callable[..., None]) -> None:
    known = Births()
    for told in ("70", "80"):
        world(7, told)
        assert known.of(1, 7) == told.encode()
    assert known.of(1, None) == b"80"


def test_what_began_while_a_tick_passed_is_asked_for(world: Callable[..., None]) -> None:
    known = Births()
    world(7, "7")
    known.of(1, 7)
    world(8, "8")
    assert known.of(1, 7) == b"8"
    world(8, None)
    assert known.of(1, 7) == b""


@pytest.mark.skipif(sys.platform != "linux", reason="no /proc")
def test_of_real_ones(bench: Bench) -> None:
    waiting = [bench.start("wait_politely") for _ in range(5)]
    born = [bench.started(run_id) for run_id in waiting]
    assert [one.pid_started for one in born] == [process_started(one.pid) for one in born]
    for run_id in waiting:
        bench.cancel(run_id)
        bench.end(run_id)
