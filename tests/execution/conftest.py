"""Benches for the tests of this room."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from execution_bench import Bench


@pytest.fixture(scope="module")
def bench(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bench]:
    """One executor for the whole file: for tests that leave it as it was."""
    bench = Bench(tmp_path_factory.mktemp("site")).open()
    yield bench
    bench.close()


@pytest.fixture
def make_bench(tmp_path: Path) -> Iterator[Callable[..., Bench]]:
    """Executors of the test's own, in `tmp_path`."""
    made: list[Bench] = []

    def make(**site: Any) -> Bench:
        made.append(Bench(tmp_path, **site))
        return made[-1].open()

    yield make
    for bench in made:
        bench.close()
